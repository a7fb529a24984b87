#include "cell.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "size.hpp"

namespace collate {
namespace {

TEST(Cell, ReadsEachElement) {
  const auto cell = parse_cell("codec=nlohmann/placement=one-thread/window=32/size=64KiB-12");
  EXPECT_EQ(cell.codec.name, "nlohmann");
  EXPECT_EQ(cell.placement.name, "one-thread");
  EXPECT_EQ(cell.window, 32U);
  EXPECT_EQ(cell.size, "64KiB");
  EXPECT_EQ(cell.bytes, 65536U);
  EXPECT_EQ(cell.workers, 12U);
}

TEST(Cell, TakesTheElementsInAnyOrderAndKeepsTheNameAsGiven) {
  const std::string name = "size=1MiB/window=1/placement=collect-windowed/codec=json";
  const auto cell = parse_cell(name);
  EXPECT_EQ(cell.name, name);
  EXPECT_EQ(cell.placement.name, "collect-windowed");
  EXPECT_EQ(cell.workers, 1U) << "no suffix means one worker";
}

TEST(Cell, DecidesTheThreadsByPlacement) {
  const auto threads = [](std::string_view name) {
    const auto cell = parse_cell(name);
    return cell.placement.threads(cell.workers);
  };
  EXPECT_EQ(threads("codec=json/placement=collect-windowed/window=32/size=1MiB-4"), 4U);
  EXPECT_EQ(threads("codec=json/placement=one-thread/window=32/size=1MiB-4"), 1U);
}

TEST(Cell, NamesTheElementTheValueAndWhatIsAllowed) {
  const auto error = [](std::string_view name) { return error_of([&] { parse_cell(name); }); };
  const std::string rest = "/placement=one-thread/window=4/size=1KiB";
  EXPECT_EQ(error("codec=xml" + rest), "codec: \"xml\" is not one of json, nlohmann");
  EXPECT_EQ(error("codec=json/placement=spawn/window=4/size=1KiB"),
            "placement: \"spawn\" is not one of one-thread, collect-windowed");
  EXPECT_EQ(error("codec=json/placement=one-thread/window=0/size=1KiB"),
            "window: \"0\" is not a whole number from 1 to 1000000");
  EXPECT_EQ(error("codec=json" + rest + "-0"), "workers: \"0\" is not a whole number from 1 to 1000000");
  EXPECT_EQ(error("codec=json" + rest + "/codec=json"), "codec: given twice");
  EXPECT_EQ(error("codec=json/placement=one-thread/size=1KiB"), "window: missing");
  EXPECT_EQ(error("codec=json" + rest + "/encoding=gzip"),
            "encoding: this client has no such dimension; it knows codec, placement, window, size");
  EXPECT_TRUE(error("codec=json" + rest + "/latency=10ms").starts_with("latency: this client has no such"));
  EXPECT_TRUE(error("codec=json" + rest + "/").starts_with("\"\" is not dimension=value"));
}

TEST(Size, ReadsEachUnit) {
  EXPECT_EQ(parse_size("1536B"), 1536U);
  EXPECT_EQ(parse_size("2KiB"), 2048U);
  EXPECT_EQ(parse_size("1MiB"), 1048576U);
  EXPECT_EQ(parse_size("3GiB"), 3221225472U);
}

TEST(Size, RefusesAllElse) {
  for (const auto* text : {"", "B", "0B", "1", "1kb", "-1B", "1.5MiB", "1 MiB", "99999999999999999999B",
                           "18446744073709551615GiB"}) {
    EXPECT_NE(error_of([&] { parse_size(text); }), "") << text;
  }
}

}  // namespace
}  // namespace collate
