#pragma once

#include <cstddef>
#include <cstdint>

#include "clock.hpp"

namespace collate {

/// What a collation keeps of a response, and the times that the response has been through. They travel
/// with the result, so that measuring needs nothing that threads share.
struct Collated {
  std::uint64_t id = 0;
  std::size_t records = 0;
  Interval window;  ///< from its admission, before the request is sent, until it is handed over
  Interval decode;  ///< decoding and checking; reading is not in it
};

}  // namespace collate
