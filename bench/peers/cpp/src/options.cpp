#include "options.hpp"

#include <array>
#include <stdexcept>

#include "count.hpp"

namespace collate {

namespace {

struct Flag {
  std::string_view name;
  bool takes_value;
  void (*set)(Options&, std::string_view value);
};

constexpr std::array flags{
    Flag{"--upstream", true, [](Options& o, std::string_view v) { o.upstream = parse_url(v); }},
    Flag{"--cell", true, [](Options& o, std::string_view v) { o.cell.emplace(parse_cell(v)); }},
    Flag{"--responses", true, [](Options& o, std::string_view v) { o.responses = parse_count(v); }},
    Flag{"--ops", true, [](Options& o, std::string_view v) { o.ops = parse_count(v); }},
    Flag{"--results", false, [](Options& o, std::string_view) { o.results = true; }},
    Flag{"--list", false, [](Options& o, std::string_view) { o.act = Act::list; }},
    Flag{"--help", false, [](Options& o, std::string_view) { o.act = Act::help; }},
};

const Flag& find_flag(std::string_view name) {
  std::string allowed;
  for (const Flag& flag : flags) {
    if (flag.name == name) return flag;
    allowed += (allowed.empty() ? "" : ", ") + std::string(flag.name);
  }
  throw std::invalid_argument('"' + std::string(name) + "\" is not one of " + allowed);
}

void set(Options& options, const Flag& flag, std::string_view value) {
  try {
    flag.set(options, value);
  } catch (const std::invalid_argument& error) {
    // A cell's own errors are about an element of it: say of which cell.
    const auto whole = flag.name == "--cell" ? " \"" + std::string(value) + '"' : "";
    throw std::invalid_argument(std::string(flag.name) + whole + ": " + error.what());
  }
}

/// Takes one flag, with its value behind = or as the next argument, off the front.
void parse_flag(Options& options, std::span<const std::string_view>& arguments) {
  const auto argument = arguments.front();
  arguments = arguments.subspan(1);
  const auto equals = argument.find('=');
  const auto joined = equals != std::string_view::npos;
  const Flag& flag = find_flag(argument.substr(0, equals));
  const auto fail = [&](const char* what) {
    throw std::invalid_argument(std::string(flag.name) + ": " + what);
  };
  if (!flag.takes_value) {
    if (joined) fail("takes no value");
    return set(options, flag, {});
  }
  if (joined) return set(options, flag, argument.substr(equals + 1));
  if (arguments.empty()) fail("its value is missing");
  set(options, flag, arguments.front());
  arguments = arguments.subspan(1);
}

}  // namespace

Options parse_options(std::span<const std::string_view> arguments) {
  Options options;
  while (!arguments.empty()) parse_flag(options, arguments);
  if (options.act != Act::collate) return options;
  if (!options.upstream) throw std::invalid_argument("--upstream: missing; a URL like http://127.0.0.1:8080");
  if (!options.cell) {
    throw std::invalid_argument(
        "--cell: missing; a cell like codec=json/placement=collect-windowed/window=32/size=1MiB-2");
  }
  return options;
}

std::string_view usage() {
  return R"(Collates responses of an upstream, and prints a Go benchmark line.

  collatebench-cpp --upstream URL --cell NAME [--responses N] [--ops N] [--results]
  collatebench-cpp --list
  collatebench-cpp --help

  --upstream URL   where the mock server is, as in http://127.0.0.1:8080
  --cell NAME      as in codec=json/placement=collect-windowed/window=32/size=1MiB-2
  --responses N    responses in one collation, the benchmark's op (default 64)
  --ops N          timed collations (default 1)
  --results        print a line for each collated response as well; not for timing
  --list           print the codecs and placements as JSON
)";
}

}  // namespace collate
