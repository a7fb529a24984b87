#include "options.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "expect_error.hpp"

namespace collate {
namespace {

constexpr std::string_view cell = "codec=json/placement=one-thread/window=4/size=1KiB";

Options parse(const std::vector<std::string_view>& arguments) { return parse_options(arguments); }

std::string error(const std::vector<std::string_view>& arguments) {
  return error_of([&] { parse_options(arguments); });
}

TEST(Options, TakesAValueAsTheNextArgumentAndBehindTheEqualsSign) {
  const auto options =
      parse({"--upstream=http://localhost:81/", "--cell", cell, "--ops=3", "--responses", "7"});
  EXPECT_EQ(options.act, Act::collate);
  EXPECT_EQ(options.upstream->authority, "localhost:81");
  EXPECT_EQ(options.cell->name, cell);
  EXPECT_EQ(options.ops, 3U);
  EXPECT_EQ(options.responses, 7U);
  EXPECT_FALSE(options.results);
}

TEST(Options, ListNeedsNothingElse) { EXPECT_EQ(parse({"--list"}).act, Act::list); }

TEST(Options, NamesTheFlagTheValueAndWhatIsAllowed) {
  EXPECT_EQ(error({"--ops", "0"}), "--ops: \"0\" is not a whole number from 1 to 1000000");
  EXPECT_EQ(error({"--responses=1000001"}),
            "--responses: \"1000001\" is not a whole number from 1 to 1000000");
  EXPECT_EQ(error({"--ops"}), "--ops: its value is missing");
  EXPECT_EQ(error({"--list=1"}), "--list: takes no value");
  EXPECT_EQ(error({"--cell=foo=1"}).substr(0, 49), "--cell \"foo=1\": foo: this client has no such dime");
  EXPECT_EQ(error({"--port", "1"}).substr(0, 42), "\"--port\" is not one of --upstream, --cell,");
  EXPECT_EQ(error({"--cell", cell}).substr(0, 19), "--upstream: missing");
}

TEST(Url, ReadsItsParts) {
  const auto url = parse_url("http://[::1]:8080/base/");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "8080");
  EXPECT_EQ(url.authority, "[::1]:8080");
  EXPECT_EQ(url.path, "/base");
  EXPECT_EQ(parse_url("http://localhost").port, "80");
}

TEST(Url, RefusesAllElse) {
  for (const auto* text : {"", "localhost:80", "https://localhost", "http://", "http://a:b", "http://a:65536",
                           "http://a:", "http://a/?q", "http://a b", "http://[::1", "http://a/b c"}) {
    EXPECT_NE(error_of([&] { parse_url(text); }), "") << text;
  }
}

}  // namespace
}  // namespace collate
