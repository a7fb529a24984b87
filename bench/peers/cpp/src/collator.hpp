#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cell.hpp"
#include "collated.hpp"
#include "upstream.hpp"
#include "url.hpp"

namespace collate {

/// Collates responses, a window of them at a time, on the threads that the cell's placement has.
class Collator {
 public:
  Collator(const Cell& cell, const Url& upstream);

  /// Collates the responses first, first+1, ... in the order of their ids. On the first error it cancels
  /// the rest, waits for them and throws that error, which names the response. Blocks.
  std::vector<Collated> collate(std::uint64_t first, std::size_t count);

 private:
  boost::asio::awaitable<Collated> collate_one(std::uint64_t id);

  const Codec& codec_;
  std::size_t window_;
  boost::asio::thread_pool threads_;
  Upstream upstream_;
};

}  // namespace collate
