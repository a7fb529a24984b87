#include <algorithm>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "collator.hpp"
#include "list.hpp"
#include "measurement.hpp"
#include "options.hpp"

namespace {

using namespace collate;

/// Hands out the ids, which are consecutive over the life of the process, and collates op after op.
class Session {
 public:
  explicit Session(const Options& options)
      : collator_(*options.cell, *options.upstream), results_(options.results) {}

  std::vector<Collated> op(std::size_t responses) {
    auto collated = collator_.collate(next_, responses);
    next_ += responses;
    if (results_) {
      for (const Collated& each : collated) {
        std::cout << "collated " << each.id << ' ' << each.records << '\n';
      }
    }
    return collated;
  }

 private:
  Collator collator_;
  std::uint64_t next_ = 0;
  bool results_;
};

void benchmark(const Options& options) {
  const Cell& cell = *options.cell;
  Session session(options);
  session.op(std::max<std::size_t>(cell.window, 4));  // the warm-up: it makes the connections
  Measurement measurement;
  for (std::size_t i = 0; i < options.ops; ++i) measurement.add(session.op(options.responses));
  measurement.stop();
  std::cout << "client: cpp\n" << measurement.line(cell) << '\n';
}

void run(std::span<const std::string_view> arguments) {
  const auto options = parse_options(arguments);
  switch (options.act) {
    case Act::help:
      std::cout << usage();
      break;
    case Act::list:
      std::cout << list();
      break;
    case Act::collate:
      benchmark(options);
  }
  if (!std::cout.flush()) throw std::runtime_error("standard output: it can't be written to");
}

/// An error is one line, whatever it quotes.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "cpp: " << one_line(error.what()) << '\n';
    return 1;
  }
}
