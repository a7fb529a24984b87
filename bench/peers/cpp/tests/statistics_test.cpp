#include "statistics.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace collate {
namespace {

using std::chrono::nanoseconds;

Interval interval(int begin, int end) {
  return {Clock::time_point(nanoseconds(begin)), Clock::time_point(nanoseconds(end))};
}

TEST(Union, CountsWhatOverlapsOnce) {
  EXPECT_EQ(union_length({}), nanoseconds(0));
  EXPECT_EQ(union_length({interval(5, 9)}), nanoseconds(4));
  EXPECT_EQ(union_length({interval(10, 20), interval(0, 5)}), nanoseconds(15)) << "apart, in any order";
  EXPECT_EQ(union_length({interval(0, 10), interval(5, 15)}), nanoseconds(15)) << "overlapping";
  EXPECT_EQ(union_length({interval(0, 10), interval(2, 3), interval(4, 6)}), nanoseconds(10)) << "inside";
  EXPECT_EQ(union_length({interval(0, 10), interval(10, 12)}), nanoseconds(12)) << "touching";
}

TEST(Percentile, IsTheNearestRank) {
  const std::vector<Clock::duration> five{nanoseconds(50), nanoseconds(15), nanoseconds(35), nanoseconds(20),
                                          nanoseconds(40)};
  EXPECT_EQ(percentile(five, 5), nanoseconds(15));
  EXPECT_EQ(percentile(five, 30), nanoseconds(20));
  EXPECT_EQ(percentile(five, 40), nanoseconds(20));
  EXPECT_EQ(percentile(five, 50), nanoseconds(35));
  EXPECT_EQ(percentile(five, 100), nanoseconds(50));
  EXPECT_EQ(percentile({nanoseconds(7)}, 99), nanoseconds(7));
}

TEST(Percentile, OfManyIsNotTheMaximum) {
  std::vector<Clock::duration> values(1000);
  std::iota(values.begin(), values.end(), nanoseconds(1));
  EXPECT_EQ(percentile(values, 99), nanoseconds(990));
}

}  // namespace
}  // namespace collate
