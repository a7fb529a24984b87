#pragma once

#include <string>

namespace collate {

/// One JSON object: this client, what it runs on, its codecs and its placements.
std::string list();

}  // namespace collate
