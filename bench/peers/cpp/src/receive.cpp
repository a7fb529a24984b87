#include "receive.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <charconv>
#include <new>
#include <stdexcept>
#include <string_view>

namespace collate {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

/// Reads the header alone: the body goes straight to its own buffer.
using HeaderParser = http::response_parser<http::empty_body>;

asio::awaitable<void> read_header(Connection& connection, HeaderParser& parser) {
  parser.body_limit(boost::none);  // else 8 MiB: a larger Content-Length is an error
  error_code error;
  co_await http::async_read_header(connection.socket, connection.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    throw std::runtime_error("connection closed before the header was whole");
  }
  if (error) throw std::runtime_error("header: " + error.message());
}

[[noreturn]] void throw_cut(std::size_t have, std::size_t length, error_code error) {
  std::string what = "body cut after " + std::to_string(have) + " of " + std::to_string(length) + " bytes";
  if (error != asio::error::eof) what += ": " + error.message();
  throw std::runtime_error(what);
}

/// Not asio::async_read, which asks the kernel for 64 KiB at a time, and not Beast, which copies what it
/// reads from its own buffer: a read here takes all that has arrived, to where it stays.
asio::awaitable<simdjson::padded_string> read_body(Connection& connection, std::size_t length) {
  simdjson::padded_string body(length);
  if (body.data() == nullptr) throw std::bad_alloc();
  std::size_t have = asio::buffer_copy(asio::buffer(body.data(), length), connection.buffer.data());
  connection.buffer.consume(have);
  while (have < length) {
    error_code error;
    have += co_await connection.socket.async_read_some(asio::buffer(body.data() + have, length - have),
                                                       asio::redirect_error(asio::use_awaitable, error));
    if (error) throw_cut(have, length, error);
  }
  co_return body;
}

std::size_t content_length(const HeaderParser& parser) {
  const auto length = parser.content_length();
  if (!length) throw std::runtime_error("the answer has no Content-Length");
  return static_cast<std::size_t>(*length);
}

/// Says the status, and the first line of an error body that is small.
asio::awaitable<std::string> describe_status(Connection& connection, const HeaderParser& parser) {
  std::string what = "status " + std::to_string(parser.get().result_int());
  constexpr std::size_t small = 1024;
  if (parser.content_length().value_or(small + 1) > small) co_return what;
  const auto body = co_await read_body(connection, content_length(parser));
  const std::string_view text(body.data(), body.size());
  if (const auto line = text.substr(0, text.find('\n')); !line.empty()) what += ": " + std::string(line);
  co_return what;
}

std::optional<std::string> header(const HeaderParser& parser, std::string_view name) {
  const auto field = parser.get().find(name);
  if (field == parser.get().end()) return std::nullopt;
  return std::string(field->value());
}

std::optional<std::size_t> record_count(const HeaderParser& parser) {
  const auto text = header(parser, "X-Payload-Records");
  if (!text) return std::nullopt;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  if (error != std::errc{} || end != text->data() + text->size()) {
    throw std::runtime_error("X-Payload-Records: \"" + *text + "\" is not a whole number");
  }
  return count;
}

}  // namespace

asio::awaitable<Received> receive(Connection& connection, std::uint64_t id) {
  HeaderParser parser;
  co_await read_header(connection, parser);
  if (parser.get().result() != http::status::ok) {
    // Not inside the throw expression: g++ 12 would destroy the awaited string twice.
    const auto what = co_await describe_status(connection, parser);
    throw std::runtime_error(what);
  }
  Received received;
  received.response.id = id;
  received.response.records = record_count(parser);
  received.response.digest = header(parser, "X-Payload-Digest");
  received.response.body = co_await read_body(connection, content_length(parser));
  received.reusable = parser.keep_alive() && connection.buffer.size() == 0;
  co_return received;
}

}  // namespace collate
