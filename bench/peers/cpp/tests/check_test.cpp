#include "check.hpp"

#include <gtest/gtest.h>

#include "captured.hpp"
#include "codec.hpp"
#include "expect_error.hpp"

namespace collate {
namespace {

std::string checked(std::uint64_t id, std::optional<std::size_t> count, std::optional<std::string> digest) {
  const auto records = codecs().front().decode(captured_body());
  Response response;
  response.id = id;
  response.records = count;
  response.digest = std::move(digest);
  return error_of([&] { check(response, records); });
}

TEST(Check, AcceptsWhatTheHeadersPromise) { EXPECT_EQ(checked(0, captured_records, captured_digest), ""); }

TEST(Check, CountsTheRecordsOfEachResponse) {
  EXPECT_EQ(checked(1, captured_records + 1, std::nullopt), "decoded 12 records of 13: work was skipped");
}

TEST(Check, ComparesTheDigestOnOneResponseInSixteen) {
  EXPECT_EQ(checked(0, std::nullopt, "0123abcd"), "decoded values have digest b60c9fbd, not 0123abcd");
  int compared = 0;
  for (std::uint64_t id = 0; id < 256; ++id) compared += !checked(id, std::nullopt, "0123abcd").empty();
  EXPECT_EQ(compared, 16);
  EXPECT_NE(checked(17, std::nullopt, "0123abcd"), "") << "17 % 16 == 17 / 16";
}

TEST(Check, MissesNoHeader) { EXPECT_EQ(checked(0, std::nullopt, std::nullopt), ""); }

}  // namespace
}  // namespace collate
