#include "digest.hpp"

#include <zlib.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace collate {

namespace {

/// Little-endian on any machine; compilers make one store of it.
template <typename Integer>
void put(std::string& out, Integer value) {
  char bytes[sizeof value];
  for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  out.append(bytes, sizeof value);
}

void put_count(std::string& out, std::size_t count) { put(out, static_cast<std::uint32_t>(count)); }

void put_string(std::string& out, std::string_view text) {
  put_count(out, text.size());
  out.append(text);
}

void put_record(std::string& out, const Record& record) {
  put(out, static_cast<std::uint64_t>(record.id));
  put(out, static_cast<std::uint64_t>(record.created));
  put(out, std::bit_cast<std::uint64_t>(record.score));
  put(out, std::bit_cast<std::uint64_t>(record.price));
  put_string(out, record.name);
  put_string(out, record.text);
  put_count(out, record.tags.size());
  for (const auto& tag : record.tags) put_string(out, tag);
  // std::map's order is the bytewise one that the canonical form asks for.
  put_count(out, record.attributes.size());
  for (const auto& [key, value] : record.attributes) {
    put_string(out, key);
    put_string(out, value);
  }
}

}  // namespace

std::string digest(std::span<const Record> records) {
  uLong crc = 0;
  std::string canonical;
  for (const Record& record : records) {
    canonical.clear();
    put_record(canonical, record);
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(canonical.data()), canonical.size());
  }
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", static_cast<unsigned>(crc));
  return hex;
}

}  // namespace collate
