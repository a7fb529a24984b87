#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace collate {

/// Who decodes. The code is one and the same, the windowed collection in collator.cpp: what the
/// placements differ in is how many threads there are for its tasks to run on.
struct Placement {
  std::string_view name;
  std::string_view order;  ///< in which results are collated: completion or request
  std::string_view about;
  std::size_t (*threads)(std::size_t workers);
};

/// The table of placements: the single source for parsing, for --list and for error texts.
std::span<const Placement> placements();

/// Throws std::invalid_argument, which names the text and what is allowed.
const Placement& parse_placement(std::string_view text);

}  // namespace collate
