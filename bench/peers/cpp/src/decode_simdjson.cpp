#include "decode_simdjson.hpp"

#include <string_view>

namespace collate {

namespace {

namespace ondemand = simdjson::ondemand;

/// On-Demand yields views into the parser's buffer, which the next document overwrites: copy.
template <typename Value>
std::string owned(Value&& value) {
  return std::string(std::string_view(value.get_string().value()));
}

std::vector<std::string> decode_tags(ondemand::array array) {
  std::vector<std::string> tags;
  for (auto tag : array) tags.push_back(owned(tag));
  return tags;
}

std::map<std::string, std::string> decode_attributes(ondemand::object object) {
  std::map<std::string, std::string> attributes;
  for (auto field : object) {
    std::string key(std::string_view(field.unescaped_key().value()));
    // The upstream writes keys in ascending order; in any other the hint costs nothing but its gain.
    attributes.insert_or_assign(attributes.end(), std::move(key), owned(field.value()));
  }
  return attributes;
}

/// On-Demand is a forward reader: [] goes on from the last field, and only wraps around for a field that
/// is out of order. So read in the order in which the upstream writes.
Record decode_record(ondemand::object object) {
  Record record;
  record.id = object["id"].get_int64();
  record.created = object["created"].get_int64();
  record.score = object["score"].get_double();
  record.price = object["price"].get_double();
  record.name = owned(object["name"]);
  record.text = owned(object["text"]);
  record.tags = decode_tags(object["tags"].get_array());
  record.attributes = decode_attributes(object["attributes"].get_object());
  return record;
}

}  // namespace

std::vector<Record> decode_simdjson(const simdjson::padded_string& body) {
  // A parser's buffers are several times the body. Decoding never suspends, so a parser per thread is
  // enough and is never shared, while one per coroutine would be one per request in flight.
  thread_local ondemand::parser parser;
  std::vector<Record> records;
  ondemand::document document = parser.iterate(body);
  for (auto element : document.get_array()) records.push_back(decode_record(element.get_object()));
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
  }
  return records;
}

}  // namespace collate
