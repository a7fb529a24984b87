#pragma once

#include <string>
#include <string_view>

namespace collate {

/// A base URL of the one form that is needed: http://host:port/path, the port and the path optional.
struct Url {
  std::string host;  ///< without the brackets of an IPv6 address
  std::string port;
  std::string authority;  ///< host and port as they were written, for the Host header
  std::string path;       ///< without a / at its end
};

/// Throws std::invalid_argument, which names the text and what is allowed.
Url parse_url(std::string_view text);

}  // namespace collate
