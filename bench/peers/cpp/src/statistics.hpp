#pragma once

#include <span>
#include <vector>

#include "clock.hpp"

namespace collate {

/// How long at least one of the intervals is open: the length of their union.
Clock::duration union_length(std::vector<Interval> intervals);

/// The value at rank ceil(percent/100 * n) of the values in ascending order (nearest rank, so always one of
/// them). There has to be a value, and a percent above 0.
Clock::duration percentile(std::vector<Clock::duration> values, int percent);

}  // namespace collate
