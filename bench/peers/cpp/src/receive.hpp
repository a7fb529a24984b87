#pragma once

#include <boost/asio/awaitable.hpp>

#include "connection.hpp"
#include "response.hpp"

namespace collate {

struct Received {
  Response response;
  bool reusable = false;  ///< the connection may carry another request
};

/// Reads one answer. Throws std::runtime_error for a status other than 200 and for a body that is cut.
boost::asio::awaitable<Received> receive(Connection& connection, std::uint64_t id);

}  // namespace collate
