#include "cell.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "count.hpp"
#include "size.hpp"

namespace collate {

namespace {

/// All that a cell has, each once. Another one would ask for what this client does not do.
constexpr std::array<std::string_view, 4> dimensions{"codec", "placement", "window", "size"};

using Elements = std::map<std::string_view, std::string_view>;

std::string known_dimensions() {
  std::string names;
  for (const auto each : dimensions) names += (names.empty() ? "" : ", ") + std::string(each);
  return names;
}

void add_element(Elements& elements, std::string_view element) {
  const auto equals = element.find('=');
  if (equals == std::string_view::npos) {
    throw std::invalid_argument('"' + std::string(element) + "\" is not dimension=value with one of " +
                                known_dimensions());
  }
  const auto dimension = element.substr(0, equals);
  if (std::ranges::find(dimensions, dimension) == dimensions.end()) {
    throw std::invalid_argument(std::string(dimension) + ": this client has no such dimension; it knows " +
                                known_dimensions());
  }
  if (!elements.emplace(dimension, element.substr(equals + 1)).second) {
    throw std::invalid_argument(std::string(dimension) + ": given twice");
  }
}

Elements split(std::string_view text) {
  Elements elements;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('/', begin), text.size());
    add_element(elements, text.substr(begin, end - begin));
    begin = end + 1;
  }
  for (const auto name : dimensions) {
    if (!elements.contains(name)) throw std::invalid_argument(std::string(name) + ": missing");
  }
  return elements;
}

/// Cuts the "-2" off the end. No value ends in -digits, so what is cut is the number of workers.
std::string_view cut_workers(std::string_view& text) {
  const auto dash = text.find_last_not_of("0123456789");
  if (dash == std::string_view::npos || text[dash] != '-' || dash + 1 == text.size()) return "1";
  const auto digits = text.substr(dash + 1);
  text.remove_suffix(text.size() - dash);
  return digits;
}

/// Calls a parser of one value, and says in its errors which element they are about.
template <typename Parser>
decltype(auto) parse_element(std::string_view name, std::string_view value, Parser parse) {
  try {
    return parse(value);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string(name) + ": " + error.what());
  }
}

}  // namespace

Cell parse_cell(std::string_view name) {
  std::string_view rest = name;
  const auto workers = cut_workers(rest);
  const auto elements = split(rest);
  const auto value = [&](std::string_view dimension, auto parse) -> decltype(auto) {
    return parse_element(dimension, elements.at(dimension), parse);
  };
  return Cell{.name = std::string(name),
              .codec = value("codec", parse_codec),
              .placement = value("placement", parse_placement),
              .window = value("window", parse_count),
              .size = std::string(elements.at("size")),
              .bytes = value("size", parse_size),
              .workers = parse_element("workers", workers, parse_count)};
}

}  // namespace collate
