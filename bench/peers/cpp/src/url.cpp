#include "url.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace collate {

namespace {

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && 0 < port && port <= 65535;
}

/// A name or an address. Whether it exists is the resolver's affair.
bool is_host(std::string_view text) {
  constexpr std::string_view foreign = " @?#[]\\\"";
  return !text.empty() && text.find_first_of(foreign) == std::string_view::npos;
}

/// Where the port begins, at its colon. The colons of an IPv6 address are inside brackets.
std::size_t port_of(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  return std::min(authority.find(':', bracket == std::string_view::npos ? 0 : bracket), authority.size());
}

}  // namespace

Url parse_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  const auto rest = text.substr(text.starts_with(scheme) ? scheme.size() : text.size());
  const auto authority = rest.substr(0, rest.find('/'));
  auto host = authority.substr(0, port_of(authority));
  const auto port = authority.substr(host.size());
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto path = rest.substr(authority.size());
  path = path.substr(0, path.find_last_not_of('/') + 1);
  if (!is_host(host) || (!port.empty() && !is_port(port.substr(1))) ||
      path.find_first_of(" ?#") != std::string_view::npos) {
    throw std::invalid_argument('"' + std::string(text) + "\" is not a URL like http://127.0.0.1:8080");
  }
  return Url{.host = std::string(host),
             .port = port.empty() ? "80" : std::string(port.substr(1)),
             .authority = std::string(authority),
             .path = std::string(path)};
}

}  // namespace collate
