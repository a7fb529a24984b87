#pragma once

#include <stdexcept>
#include <string>

namespace collate {

/// What the call throws says; empty when it throws nothing.
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace collate
