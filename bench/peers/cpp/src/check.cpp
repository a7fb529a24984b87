#include "check.hpp"

#include <stdexcept>
#include <string>

#include "digest.hpp"

namespace collate {

namespace {

/// Every residue of 16 gets its turn, so that no position in a rotation of bodies escapes.
bool checks_digest(std::uint64_t id) { return id % 16 == id / 16 % 16; }

}  // namespace

void check(const Response& response, std::span<const Record> records) {
  if (response.records && *response.records != records.size()) {
    throw std::runtime_error("decoded " + std::to_string(records.size()) + " records of " +
                             std::to_string(*response.records) + ": work was skipped");
  }
  if (!response.digest || !checks_digest(response.id)) return;
  if (const auto got = digest(records); got != *response.digest) {
    throw std::runtime_error("decoded values have digest " + got + ", not " + *response.digest);
  }
}

}  // namespace collate
