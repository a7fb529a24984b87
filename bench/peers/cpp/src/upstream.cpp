#include "upstream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>
#include <stdexcept>
#include <utility>

#include "receive.hpp"

namespace collate {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

void check(error_code error, const std::string& act) {
  if (error) throw std::runtime_error(act + ": " + error.message());
}

tcp::resolver::results_type resolve(const asio::any_io_executor& executor, const Url& url) {
  error_code error;
  auto endpoints = tcp::resolver(executor).resolve(url.host, url.port, error);
  check(error, "resolve " + url.authority);
  return endpoints;
}

}  // namespace

Upstream::Upstream(asio::any_io_executor executor, Url url, std::string size)
    : executor_(std::move(executor)),
      url_(std::move(url)),
      size_(std::move(size)),
      endpoints_(resolve(executor_, url_)) {}

asio::awaitable<Response> Upstream::fetch(std::uint64_t id) {
  auto connection = connections_.take();
  if (!connection) connection = co_await dial();
  co_await send(*connection, id);
  auto received = co_await receive(*connection, id);
  if (received.reusable) connections_.put(std::move(connection));
  co_return std::move(received.response);
}

asio::awaitable<std::unique_ptr<Connection>> Upstream::dial() {
  // Not asio::async_connect over the range: that calls it "canceled" when there are too many open files.
  error_code error;
  for (const auto& endpoint : endpoints_) {
    // On the pool, not on the strand of the coroutine that dials: another one may use it next.
    auto connection = std::make_unique<Connection>(executor_);
    co_await connection->socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_return connection;
  }
  throw std::runtime_error("connect " + url_.authority + ": " + error.message());
}

asio::awaitable<void> Upstream::send(Connection& connection, std::uint64_t id) const {
  const auto target = url_.path + "/v1/payload?codec=json&size=" + size_ + "&id=" + std::to_string(id);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, url_.authority);
  error_code error;
  co_await http::async_write(connection.socket, request, asio::redirect_error(asio::use_awaitable, error));
  check(error, "send");
}

}  // namespace collate
