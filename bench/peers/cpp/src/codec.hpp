#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record.hpp"

namespace simdjson {
struct padded_string;  // the whole header takes seconds to compile, and most files do without
}

namespace collate {

/// A way to decode a body. The upstream sends JSON whatever the library that reads it.
struct Codec {
  std::string_view name;
  std::string library;  ///< with the version in use
  /// Decodes all of a body. Throws what the library throws.
  std::vector<Record> (*decode)(const simdjson::padded_string& body);
};

/// The table of codecs: the single source for parsing, for --list and for error texts.
std::span<const Codec> codecs();

/// Throws std::invalid_argument, which names the text and what is allowed.
const Codec& parse_codec(std::string_view text);

}  // namespace collate
