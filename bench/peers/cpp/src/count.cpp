#include "count.hpp"

#include <charconv>
#include <stdexcept>
#include <string>

namespace collate {

namespace {

constexpr std::size_t most = 1'000'000;

}  // namespace

std::size_t parse_count(std::string_view text) {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || value < 1 || value > most) {
    throw std::invalid_argument('"' + std::string(text) + "\" is not a whole number from 1 to " +
                                std::to_string(most));
  }
  return value;
}

}  // namespace collate
