#pragma once

#include <cstdint>
#include <string_view>

namespace collate {

/// Bytes of a payload, as a cell writes them: 64KiB, 1MiB, 1536B. Throws std::invalid_argument.
std::uint64_t parse_size(std::string_view text);

}  // namespace collate
