#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cell.hpp"
#include "url.hpp"

namespace collate {

enum class Act { collate, list, help };

/// What the command line asks for. The optional ones are there when the act is to collate.
struct Options {
  Act act = Act::collate;
  std::optional<Url> upstream;
  std::optional<Cell> cell;
  std::size_t responses = 64;
  std::size_t ops = 1;
  bool results = false;
};

/// Throws std::invalid_argument, which names the flag, its value and what is allowed.
Options parse_options(std::span<const std::string_view> arguments);

std::string_view usage();

}  // namespace collate
