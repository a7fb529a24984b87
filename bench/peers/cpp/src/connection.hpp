#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <memory>
#include <mutex>
#include <vector>

namespace collate {

/// One keep-alive connection. Whoever holds it is the only one to use it: that, and no strand of its own,
/// is what keeps its socket to one thread at a time.
struct Connection {
  explicit Connection(const boost::asio::any_io_executor& executor) : socket(executor) {}

  boost::asio::ip::tcp::socket socket;
  /// Bytes read and not yet used. It holds a header; small, for what it reads of a body is copied once more.
  boost::beast::flat_static_buffer<8192> buffer;
};

/// The connections that nobody holds. Last in, first out: the one whose buffers and congestion window are
/// warm goes first. There is no limit: as many are open as the window has ever needed at a time.
class ConnectionPool {
 public:
  /// Returns none when each connection is in use: dial one.
  std::unique_ptr<Connection> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  /// Only for a connection whose last answer has been read whole. Any other is to be destroyed.
  void put(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace collate
