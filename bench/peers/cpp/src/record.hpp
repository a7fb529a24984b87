#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace collate {

/// One record of a payload. It owns its values: a program goes on with them when the body is gone.
struct Record {
  std::int64_t id = 0;
  std::int64_t created = 0;
  double score = 0;
  double price = 0;
  std::string name;
  std::string text;
  std::vector<std::string> tags;
  std::map<std::string, std::string> attributes;
};

}  // namespace collate
