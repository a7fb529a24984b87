#pragma once

#include <string_view>
#include <vector>

#include "record.hpp"

namespace collate {

/// Decodes a JSON array of records with nlohmann/json. Throws nlohmann::json::exception.
std::vector<Record> decode_nlohmann(std::string_view body);

}  // namespace collate
