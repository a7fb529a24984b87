#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "connection.hpp"
#include "response.hpp"
#include "url.hpp"

namespace collate {

/// The server that answers, over HTTP/1.1. Any number of coroutines may fetch at a time, on any threads.
class Upstream {
 public:
  /// Resolves the host, and so blocks. Throws std::runtime_error. The size goes into the requests as it
  /// stands.
  Upstream(boost::asio::any_io_executor executor, Url url, std::string size);

  /// Fetches one response, its body whole. Throws std::runtime_error that says what went wrong, without
  /// the id. No timeout: an upstream may be slow on purpose. Where it throws, or is cancelled, the
  /// connection is closed.
  boost::asio::awaitable<Response> fetch(std::uint64_t id);

 private:
  boost::asio::awaitable<std::unique_ptr<Connection>> dial();
  boost::asio::awaitable<void> send(Connection& connection, std::uint64_t id) const;

  boost::asio::any_io_executor executor_;
  Url url_;
  std::string size_;
  boost::asio::ip::tcp::resolver::results_type endpoints_;
  ConnectionPool connections_;
};

}  // namespace collate
