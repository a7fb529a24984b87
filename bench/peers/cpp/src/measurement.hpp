#pragma once

#include <ctime>
#include <span>
#include <string>
#include <vector>

#include "cell.hpp"
#include "clock.hpp"
#include "collated.hpp"

namespace collate {

/// The timed part of a process: its clock is on from the construction to stop().
class Measurement {
 public:
  /// Takes in the responses of one op.
  void add(std::span<const Collated> op);

  void stop();

  /// The benchmark line, in Go's format.
  std::string line(const Cell& cell) const;

 private:
  Clock::time_point begin_ = Clock::now();
  std::clock_t cpu_begin_ = std::clock();  // CPU time of all threads, user and system
  Clock::duration wall_{0};
  double cpu_seconds_ = 0;
  std::size_t ops_ = 0;
  std::vector<Interval> decodes_;
  std::vector<Clock::duration> latencies_;
};

}  // namespace collate
