#pragma once

#include <simdjson.h>

#include <vector>

#include "record.hpp"

namespace collate {

/// Decodes a JSON array of records with simdjson's On-Demand parser. Throws simdjson::simdjson_error.
std::vector<Record> decode_simdjson(const simdjson::padded_string& body);

}  // namespace collate
