#include "measurement.hpp"

#include <iomanip>
#include <sstream>

#include "statistics.hpp"

namespace collate {

namespace {

using Seconds = std::chrono::duration<double>;

Seconds sum(std::span<const Interval> intervals) {
  Clock::duration total{0};
  for (const auto& [begin, end] : intervals) total += end - begin;
  return total;
}

}  // namespace

void Measurement::add(std::span<const Collated> op) {
  ++ops_;
  for (const Collated& each : op) {
    decodes_.push_back(each.decode);
    latencies_.push_back(each.window.end - each.window.begin);
  }
}

void Measurement::stop() {
  wall_ = Clock::now() - begin_;
  cpu_seconds_ = static_cast<double>(std::clock() - cpu_begin_) / CLOCKS_PER_SEC;
}

std::string Measurement::line(const Cell& cell) const {
  const Seconds wall = wall_;
  const Seconds busy = union_length(decodes_);
  const double bytes = static_cast<double>(cell.bytes) * static_cast<double>(decodes_.size());
  std::ostringstream out;
  out << std::fixed << std::setprecision(4)                                                 //
      << "BenchmarkCollate/" << cell.name << ' ' << ops_                                    //
      << ' ' << wall_ / std::chrono::nanoseconds(1) / ops_ << " ns/op"                      //
      << ' ' << bytes / 1e6 / wall.count() << " MB/s"                                       //
      << ' ' << cpu_seconds_ / wall.count() << " cpus"                                      //
      << ' ' << busy / wall << " decode-busy"                                               //
      << ' ' << sum(decodes_) / busy << " decode-overlap"                                   //
      << ' ' << percentile(latencies_, 50) / std::chrono::nanoseconds(1) << " resp-p50-ns"  //
      << ' ' << percentile(latencies_, 99) / std::chrono::nanoseconds(1) << " resp-p99-ns";
  return out.str();
}

}  // namespace collate
