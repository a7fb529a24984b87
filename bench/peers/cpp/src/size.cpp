#include "size.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>

namespace collate {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

// B last: each name ends in it.
constexpr std::array units{Unit{"GiB", 1U << 30}, Unit{"MiB", 1U << 20}, Unit{"KiB", 1U << 10}, Unit{"B", 1}};

std::uint64_t parse_in(std::string_view digits, const Unit& unit) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  const bool whole = error == std::errc{} && rest == end;
  return whole && number <= UINT64_MAX / unit.bytes ? number * unit.bytes : 0;
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    if (const auto bytes = parse_in(text.substr(0, text.size() - unit.name.size()), unit); bytes > 0) {
      return bytes;
    }
    break;
  }
  throw std::invalid_argument('"' + std::string(text) +
                              "\" is not a whole number of B, KiB, MiB or GiB, as in 1MiB");
}

}  // namespace collate
