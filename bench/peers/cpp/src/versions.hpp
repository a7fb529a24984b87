#pragma once

#include <string>

namespace collate {

/// The compiler and the I/O library, as in "g++ 12.2.0, Boost.Asio and Beast 1.81.0".
std::string runtime_versions();

/// As in "nlohmann/json 3.11.2".
std::string nlohmann_version();

/// As in "simdjson 3.0.1 (On-Demand, built for fallback)": which instructions the compiler may use matters.
std::string simdjson_version();

}  // namespace collate
