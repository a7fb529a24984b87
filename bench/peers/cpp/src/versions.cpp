#include "versions.hpp"

#include <simdjson.h>

#include <boost/version.hpp>
#include <nlohmann/detail/abi_macros.hpp>

namespace collate {

namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

std::string compiler() {
#if defined(__clang__)
  return "clang++ " + dotted(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return "g++ " + dotted(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace

std::string runtime_versions() {
  return compiler() + ", Boost.Asio and Beast " +
         dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
}

std::string nlohmann_version() {
  return "nlohmann/json " +
         dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
}

std::string simdjson_version() {
  return "simdjson " +
         dotted(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR,
                simdjson::SIMDJSON_VERSION_REVISION) +
         " (On-Demand, built for " + simdjson::builtin_implementation()->name() + ")";
}

}  // namespace collate
