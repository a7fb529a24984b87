#pragma once

#include <span>

#include "record.hpp"
#include "response.hpp"

namespace collate {

/// Throws std::runtime_error unless the records are what the response's headers promise: their count
/// always, their digest on one response in 16 (on every one it would cost a fast codec a good part of
/// its speed). To be called by who decodes: a check where results are gathered would be one more serial
/// step.
void check(const Response& response, std::span<const Record> records);

}  // namespace collate
