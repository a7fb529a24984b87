#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec.hpp"
#include "placement.hpp"

namespace collate {

/// One point of the experiment, as far as a client is concerned with it.
struct Cell {
  std::string name;  ///< as it was given: the benchmark line repeats it
  const Codec& codec;
  const Placement& placement;
  std::size_t window;   ///< tasks that run at a time at most
  std::string size;     ///< as it stands in the requests
  std::uint64_t bytes;  ///< of a payload, which is what size says
  std::size_t workers;  ///< threads, the -2 at the end of the name
};

/// Reads codec=json/placement=one-thread/window=32/size=1MiB-2. Throws std::invalid_argument, which names
/// the element, its value and what is allowed.
Cell parse_cell(std::string_view name);

}  // namespace collate
