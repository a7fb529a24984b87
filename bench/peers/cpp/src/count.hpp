#pragma once

#include <cstddef>
#include <string_view>

namespace collate {

/// Reads a whole number from 1 to 1000000, the range of every count that a person gives (beyond it an
/// op would not end). Throws std::invalid_argument, which names the text and what is allowed.
std::size_t parse_count(std::string_view text);

}  // namespace collate
