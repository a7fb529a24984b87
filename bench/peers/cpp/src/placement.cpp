#include "placement.hpp"

#include <array>

#include "named.hpp"

namespace collate {

namespace {

constexpr std::array table{
    Placement{.name = "one-thread",
              .order = "request",
              .about = "an executor's only thread decodes all that its tasks have fetched, "
                       "however many workers there are",
              .threads = [](std::size_t) { return std::size_t{1}; }},
    Placement{.name = "collect-windowed",
              .order = "request",
              .about = "the same tasks, each decoded on any thread of a pool "
                       "(the semantics of folly::coro::collectAllWindowed)",
              .threads = [](std::size_t workers) { return workers; }},
};

}  // namespace

std::span<const Placement> placements() { return table; }

const Placement& parse_placement(std::string_view text) { return find_named(placements(), text); }

}  // namespace collate
