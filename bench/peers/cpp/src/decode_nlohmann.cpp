#include "decode_nlohmann.hpp"

#include <nlohmann/json.hpp>

namespace collate {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Record, id, created, score, price, name, text, tags, attributes)

/// The library's own way to typed values goes through its DOM. A SAX handler would save that, and be
/// five times the code: what people reach for then is another library.
std::vector<Record> decode_nlohmann(std::string_view body) {
  return nlohmann::json::parse(body).get<std::vector<Record>>();
}

}  // namespace collate
