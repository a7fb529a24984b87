#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace collate {

/// One answer of the upstream: its body whole, nothing decoded.
struct Response {
  std::uint64_t id = 0;
  simdjson::padded_string body;        ///< simdjson reads a few bytes past the end: they are allocated
  std::optional<std::size_t> records;  ///< X-Payload-Records
  std::optional<std::string> digest;   ///< X-Payload-Digest
};

}  // namespace collate
