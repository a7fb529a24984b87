#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace collate {

/// The row of a table that has this name. Throws std::invalid_argument, which lists the names there are.
template <typename Row>
const Row& find_named(std::span<const Row> table, std::string_view name) {
  const auto row = std::ranges::find(table, name, &Row::name);
  if (row != table.end()) return *row;
  std::string allowed;
  for (const Row& each : table) allowed += (allowed.empty() ? "" : ", ") + std::string(each.name);
  throw std::invalid_argument('"' + std::string(name) + "\" is not one of " + allowed);
}

}  // namespace collate
