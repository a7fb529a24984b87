#include "measurement.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace collate {
namespace {

/// Two responses of 9 and 7 ms, decoded in 4 and 2 ms, the second decode beside the first.
std::vector<Collated> op_at(Clock::time_point begin) {
  const auto at = [&](int ms) { return begin + std::chrono::milliseconds(ms); };
  return {{0, 3, {at(0), at(9)}, {at(4), at(8)}}, {1, 3, {at(1), at(8)}, {at(6), at(8)}}};
}

std::string measured_line() {
  Measurement measurement;
  const auto now = Clock::now();
  measurement.add(op_at(now));
  measurement.add(op_at(now + std::chrono::milliseconds(10)));
  measurement.stop();
  return measurement.line(parse_cell("codec=json/placement=one-thread/window=4/size=1MiB-2"));
}

TEST(Measurement, PrintsALineOfTheGoBenchmarkFormat) {
  std::istringstream line(measured_line());
  std::string name, unit;
  int ops = 0;
  double value = 0;
  line >> name >> ops;
  EXPECT_EQ(name, "BenchmarkCollate/codec=json/placement=one-thread/window=4/size=1MiB-2");
  EXPECT_EQ(ops, 2);
  for (const auto* expected :
       {"ns/op", "MB/s", "cpus", "decode-busy", "decode-overlap", "resp-p50-ns", "resp-p99-ns"}) {
    ASSERT_TRUE(line >> value >> unit) << expected;
    EXPECT_EQ(unit, expected);
    EXPECT_GT(value, 0) << unit;
  }
  EXPECT_FALSE(line >> unit);
}

TEST(Measurement, SumsDecodesOverTheTimeInWhichThereIsOne) {
  EXPECT_TRUE(measured_line().ends_with(" 1.5000 decode-overlap 7000000 resp-p50-ns 9000000 resp-p99-ns"))
      << measured_line();
}

}  // namespace
}  // namespace collate
