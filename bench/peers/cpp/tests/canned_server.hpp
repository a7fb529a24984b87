#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>
#include <vector>

#include "url.hpp"

namespace collate {

/// Answers the requests of one connection with these bytes, an answer each, and closes it.
class CannedServer {
 public:
  explicit CannedServer(std::vector<std::string> answers)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        thread_([this, answers = std::move(answers)] { serve(answers); }) {}

  Url url() const {
    return parse_url("http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()));
  }

  /// The requests as they came. Waits for the end of the connection.
  const std::vector<std::string>& requests() {
    if (thread_.joinable()) thread_.join();
    return requests_;
  }

  ~CannedServer() { requests(); }

 private:
  void serve(const std::vector<std::string>& answers) {
    auto socket = acceptor_.accept();
    for (const auto& answer : answers) {
      std::string request;
      boost::system::error_code ignored;  // a client that goes away is what some tests are about
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n", ignored);
      requests_.push_back(std::move(request));
      boost::asio::write(socket, boost::asio::buffer(answer), ignored);
    }
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> requests_;
  std::thread thread_;  // the last one: it uses the others
};

}  // namespace collate
