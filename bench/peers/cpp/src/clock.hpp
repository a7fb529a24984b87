#pragma once

#include <chrono>

namespace collate {

/// Monotonic, some 20 ns a reading: cheap enough for several of them a response.
using Clock = std::chrono::steady_clock;

struct Interval {
  Clock::time_point begin;
  Clock::time_point end;
};

}  // namespace collate
