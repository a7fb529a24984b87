#include "codec.hpp"

#include <simdjson.h>

#include <array>

#include "decode_nlohmann.hpp"
#include "decode_simdjson.hpp"
#include "named.hpp"
#include "versions.hpp"

namespace collate {

std::span<const Codec> codecs() {
  static const std::array table{
      Codec{.name = "json", .library = simdjson_version(), .decode = decode_simdjson},
      Codec{.name = "nlohmann",
            .library = nlohmann_version(),
            .decode = [](const simdjson::padded_string& body) { return decode_nlohmann(body); }},
  };
  return table;
}

const Codec& parse_codec(std::string_view text) { return find_named(codecs(), text); }

}  // namespace collate
