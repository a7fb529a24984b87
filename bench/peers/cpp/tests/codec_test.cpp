#include "codec.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "captured.hpp"
#include "digest.hpp"
#include "expect_error.hpp"

namespace collate {

void PrintTo(const Codec& codec, std::ostream* out) { *out << codec.name; }

namespace {

constexpr std::string_view record =
    R"({"id":-1,"created":2,"score":0.14985713410112123,"price":-0.5,"name":"\"\u00e9\n","text":"","tags":[],)"
    R"("attributes":{"b":"2","a":"1"}})";

class EachCodec : public testing::TestWithParam<Codec> {
 protected:
  static std::vector<Record> decode(std::string_view text) {
    return GetParam().decode(simdjson::padded_string(text));
  }
};

TEST_P(EachCodec, DecodesWhatTheUpstreamSends) {
  const auto records = GetParam().decode(captured_body());
  EXPECT_EQ(records.size(), captured_records);
  EXPECT_EQ(digest(records), captured_digest);
}

TEST_P(EachCodec, DecodesEachField) {
  const auto records = decode('[' + std::string(record) + ']');
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].id, -1);
  EXPECT_EQ(records[0].created, 2);
  EXPECT_EQ(records[0].score, 0.14985713410112123);
  EXPECT_EQ(records[0].price, -0.5);
  EXPECT_EQ(records[0].name, "\"\xc3\xa9\n");
  EXPECT_EQ(records[0].attributes, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
}

TEST_P(EachCodec, RefusesWhatIsNotAnArrayOfRecords) {
  const std::string one(record);
  EXPECT_TRUE(decode("[]").empty());
  for (const auto& text : {std::string(), one, '[' + one, '[' + one + "] 1", '[' + one.substr(0, 40),
                           std::string("[{\"id\":1}]"), std::string("[\"\xff\"]")}) {
    EXPECT_NE(error_of([&] { decode(text); }), "") << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Codec, EachCodec, testing::ValuesIn(codecs().begin(), codecs().end()),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Digest, OfNoRecordsIsZero) { EXPECT_EQ(digest({}), "00000000"); }

TEST(Digest, DependsOnEachField) {
  const auto records = codecs().front().decode(captured_body());
  const auto changed = [&](auto change) {
    auto other = records;
    change(other.back());
    return digest(other) != captured_digest;
  };
  EXPECT_TRUE(changed([](Record& r) { ++r.id; }));
  EXPECT_TRUE(changed([](Record& r) { ++r.created; }));
  EXPECT_TRUE(changed([](Record& r) { r.score = std::nextafter(r.score, 1.0); }));
  EXPECT_TRUE(changed([](Record& r) { r.price = -r.price; }));
  EXPECT_TRUE(changed([](Record& r) { r.name += ' '; }));
  EXPECT_TRUE(changed([](Record& r) { r.text += ' '; }));
  EXPECT_TRUE(changed([](Record& r) { r.tags.emplace_back(); }));
  EXPECT_TRUE(changed([](Record& r) { r.attributes["z"]; }));
}

}  // namespace
}  // namespace collate
