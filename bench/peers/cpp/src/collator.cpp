#include "collator.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <ranges>
#include <stdexcept>

#include "check.hpp"
#include "collect_all_windowed.hpp"

namespace collate {

namespace asio = boost::asio;

namespace {

std::vector<Record> decode_body(const Codec& codec, const Response& response) {
  try {
    return codec.decode(response.body);
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("decode: ") + error.what());
  }
}

/// Decodes, checks, and counts. The records are destroyed here, by the task: handed over, those of all
/// responses would be kept until the last has come, and then be destroyed by the one thread that gathers.
std::size_t decode(const Codec& codec, const Response& response, Interval& time) {
  time.begin = Clock::now();
  const auto records = decode_body(codec, response);
  check(response, records);
  time.end = Clock::now();
  return records.size();
}

}  // namespace

Collator::Collator(const Cell& cell, const Url& upstream)
    : codec_(cell.codec),
      window_(cell.window),
      threads_(cell.placement.threads(cell.workers)),
      upstream_(threads_.get_executor(), upstream, cell.size) {}

std::vector<Collated> Collator::collate(std::uint64_t first, std::size_t count) {
  auto tasks = std::views::iota(first, first + count) |
               std::views::transform([this](std::uint64_t id) { return collate_one(id); });
  return asio::co_spawn(threads_, collect_all_windowed(std::move(tasks), window_), asio::use_future).get();
}

/// The task: it fetches, and goes on to decode on whichever thread of the pool its last byte woke it.
asio::awaitable<Collated> Collator::collate_one(std::uint64_t id) {
  Collated collated;
  collated.id = id;
  collated.window.begin = Clock::now();
  try {
    const auto response = co_await upstream_.fetch(id);
    collated.records = decode(codec_, response, collated.decode);
  } catch (const std::exception& error) {
    throw std::runtime_error("response " + std::to_string(id) + ": " + error.what());
  }
  collated.window.end = Clock::now();
  co_return collated;
}

}  // namespace collate
