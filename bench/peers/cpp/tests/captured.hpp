#pragma once

#include <simdjson.h>

namespace collate {

/// A body that the mock server has sent (8 KiB, id 2): escapes and other alphabets occur in it.
inline simdjson::padded_string captured_body() {
  return simdjson::padded_string::load(TESTDATA "/records-8KiB.json").value();
}

constexpr std::size_t captured_records = 12;         // its X-Payload-Records
constexpr const char* captured_digest = "b60c9fbd";  // its X-Payload-Digest

}  // namespace collate
