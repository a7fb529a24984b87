#include "upstream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "canned_server.hpp"
#include "expect_error.hpp"

namespace collate {
namespace {

namespace asio = boost::asio;

/// Fetches over the one connection that the server takes.
struct Client {
  explicit Client(const CannedServer& server) : upstream(pool.get_executor(), server.url(), "1KiB") {}

  Response fetch(std::uint64_t id) {
    return asio::co_spawn(pool, upstream.fetch(id), asio::use_future).get();
  }

  asio::thread_pool pool{2};
  Upstream upstream;
};

std::string answer(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string error_for(const std::string& canned) {
  CannedServer server({canned});
  Client client(server);
  return error_of([&] { client.fetch(0); });
}

TEST(Upstream, FetchesOverAConnectionThatIsKeptAlive) {
  const std::string large(100'000, 'x');
  CannedServer server(
      {answer("X-Payload-Records: 3\r\nX-Payload-Digest: be2ff3ab\r\n", "[1]"), answer("", large)});
  {
    Client client(server);
    const auto first = client.fetch(7);
    EXPECT_EQ(first.id, 7U);
    EXPECT_EQ(std::string_view(first.body), "[1]");
    EXPECT_EQ(first.records, 3U);
    EXPECT_EQ(first.digest, "be2ff3ab");
    const auto second = client.fetch(8);
    EXPECT_EQ(std::string_view(second.body), large);
    EXPECT_EQ(second.records, std::nullopt);
    EXPECT_EQ(second.digest, std::nullopt);
  }
  ASSERT_EQ(server.requests().size(), 2U);
  const auto& request = server.requests().front();
  EXPECT_TRUE(request.starts_with("GET /v1/payload?codec=json&size=1KiB&id=7 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Host: 127.0.0.1:"), std::string::npos) << request;
  EXPECT_EQ(request.find("Accept-Encoding"), std::string::npos) << request;
}

TEST(Upstream, SaysTheStatusAndTheFirstLineOfItsBody) {
  EXPECT_EQ(error_for("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 18\r\n\r\nfault on purpose\nx"),
            "status 503: fault on purpose");
  EXPECT_EQ(error_for("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"), "status 500");
  EXPECT_EQ(error_for("HTTP/1.1 404 X\r\nContent-Length: 99999\r\n\r\n"), "status 404");
}

TEST(Upstream, SaysWhatIsMissing) {
  EXPECT_EQ(error_for(""), "connection closed before the header was whole");
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\nContent-"), "connection closed before the header was whole");
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\nContent-Length: 2048\r\n\r\n" + std::string(1024, 'x')),
            "body cut after 1024 of 2048 bytes");
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\n\r\nbody"), "the answer has no Content-Length");
  EXPECT_EQ(error_for(answer("X-Payload-Records: 3x\r\n", "[]")),
            "X-Payload-Records: \"3x\" is not a whole number");
}

TEST(Upstream, SaysThatNobodyListens) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor bound(context, boost::asio::ip::tcp::v4());
  bound.bind({boost::asio::ip::address_v4::loopback(), 0});  // bound and not listening: the port is taken
  const auto authority = "127.0.0.1:" + std::to_string(bound.local_endpoint().port());
  asio::thread_pool pool(1);
  Upstream upstream(pool.get_executor(), parse_url("http://" + authority), "1KiB");
  EXPECT_EQ(error_of([&] { asio::co_spawn(pool, upstream.fetch(0), asio::use_future).get(); }),
            "connect " + authority + ": Connection refused");
}

}  // namespace
}  // namespace collate
