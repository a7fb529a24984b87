#include "statistics.hpp"

#include <algorithm>

namespace collate {

Clock::duration union_length(std::vector<Interval> intervals) {
  std::ranges::sort(intervals, {}, &Interval::begin);
  Clock::duration length{0};
  auto covered = Clock::time_point::min();
  for (const auto& [begin, end] : intervals) {
    if (end <= covered) continue;
    length += end - std::max(begin, covered);
    covered = end;
  }
  return length;
}

Clock::duration percentile(std::vector<Clock::duration> values, int percent) {
  const auto rank = (values.size() * static_cast<std::size_t>(percent) + 99) / 100;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::ranges::nth_element(values, at);
  return *at;
}

}  // namespace collate
