#pragma once

#include <span>
#include <string>

#include "record.hpp"

namespace collate {

/// CRC-32 over the canonical form of the records, in 8 lower-case hex digits. The form does not depend
/// on the codec, so equal digests mean equal values.
std::string digest(std::span<const Record> records);

}  // namespace collate
