#include "collect_all_windowed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <semaphore>
#include <stdexcept>
#include <string>

#include "expect_error.hpp"

namespace collate {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Collects on a pool of threads, as the client does.
template <typename Tasks>
auto collect(Tasks tasks, std::size_t window, std::size_t threads = 4) {
  asio::thread_pool pool(threads);
  return asio::co_spawn(pool, collect_all_windowed(std::move(tasks), window), asio::use_future).get();
}

/// The tasks make(0), make(1), ...
template <typename Make>
auto tasks(int count, Make make) {
  return std::views::iota(0, count) | std::views::transform(make);
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

/// Counts the tasks that have started, that run, and the most that have ever run at a time.
struct Gauge {
  std::atomic<int> started = 0, running = 0, peak = 0;

  struct Running {
    explicit Running(Gauge& in) : gauge(in) {
      ++gauge.started;
      const int now = ++gauge.running;
      for (int peak = gauge.peak; now > peak && !gauge.peak.compare_exchange_weak(peak, now);) {
      }
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --gauge.running; }

    Gauge& gauge;
  };

  /// Bounded, so that a test fails where it would else hang.
  asio::awaitable<void> until_started(int count) {
    for (int i = 0; i < 10'000 && started < count; ++i) co_await sleep(1ms);
  }
};

asio::awaitable<int> returns(int value, std::chrono::milliseconds after) {
  co_await sleep(after);
  co_return value;
}

TEST(CollectAllWindowed, KeepsTheOrderOfTheTasks) {
  const auto results = collect(tasks(20, [](int i) { return returns(i, (20 - i) * 1ms); }), 8);
  const auto expected = std::views::iota(0, 20);
  EXPECT_TRUE(std::ranges::equal(results, expected));
}

asio::awaitable<int> fills(Gauge& gauge, int window) {
  const Gauge::Running running(gauge);
  co_await gauge.until_started(window);
  co_await sleep(1ms);
  co_return 0;
}

TEST(CollectAllWindowed, FillsTheWindowAndNeverExceedsIt) {
  for (const int window : {1, 7, 50}) {
    Gauge gauge;
    collect(tasks(50, [&](int) { return fills(gauge, window); }), static_cast<std::size_t>(window));
    EXPECT_EQ(gauge.peak, window);
    EXPECT_EQ(gauge.started, 50);
  }
}

TEST(CollectAllWindowed, RunsNoMoreThanThereAreTasks) {
  Gauge gauge;
  EXPECT_EQ(collect(tasks(3, [&](int) { return fills(gauge, 3); }), 1'000'000).size(), 3U);
  EXPECT_EQ(gauge.peak, 3);
}

TEST(CollectAllWindowed, OfNoTasksIsEmpty) {
  EXPECT_TRUE(collect(tasks(0, [](int i) { return returns(i, 0ms); }), 4).empty());
}

/// Blocks its thread until the other task has come as far.
asio::awaitable<bool> meets(std::binary_semaphore& mine, std::binary_semaphore& other) {
  co_await asio::post(asio::use_awaitable);
  mine.release();
  co_return other.try_acquire_for(5s);
}

TEST(CollectAllWindowed, RunsTasksInParallel) {
  std::binary_semaphore first(0), second(0);
  const auto make = [&](int i) { return i == 0 ? meets(first, second) : meets(second, first); };
  EXPECT_EQ(collect(tasks(2, make), 2, 2), (std::vector{true, true}));
}

/// Task 3 fails once all have started, the others sleep for an hour.
asio::awaitable<int> fails_or_sleeps(Gauge& gauge, int i, int count) {
  const Gauge::Running running(gauge);
  co_await gauge.until_started(count);
  if (i == 3) throw std::runtime_error("task 3");
  co_await sleep(1h);
  co_return i;
}

TEST(CollectAllWindowed, CancelsTheRestOnAFailureAndWaitsForThem) {
  for (int round = 0; round < 50; ++round) {
    Gauge gauge;
    const auto make = [&](int i) { return fails_or_sleeps(gauge, i, 8); };
    EXPECT_EQ(error_of([&] { collect(tasks(8, make), 8); }), "task 3");
    EXPECT_EQ(gauge.started, 8);
    EXPECT_EQ(gauge.running, 0);
  }
}

/// Task 0 is cancelled, and fails for a reason of its own then.
asio::awaitable<int> fails_first_or_last(Gauge& gauge, int i) {
  const Gauge::Running running(gauge);
  co_await gauge.until_started(2);
  if (i == 1) throw std::runtime_error("first");
  try {
    co_await sleep(1h);
  } catch (const std::exception&) {
    throw std::runtime_error("last");
  }
  co_return i;
}

TEST(CollectAllWindowed, ThrowsTheFailureThatCameFirst) {
  Gauge gauge;
  const auto make = [&](int i) { return fails_first_or_last(gauge, i); };
  EXPECT_EQ(error_of([&] { collect(tasks(2, make), 2); }), "first");
}

asio::awaitable<int> fails_at(Gauge& gauge, int i, int failing) {
  const Gauge::Running running(gauge);
  co_await asio::post(asio::use_awaitable);
  if (i == failing) throw std::runtime_error("task " + std::to_string(i));
  co_return i;
}

TEST(CollectAllWindowed, TakesNoTaskAfterAFailure) {
  Gauge gauge;
  const auto make = [&](int i) { return fails_at(gauge, i, 2); };
  EXPECT_EQ(error_of([&] { collect(tasks(100, make), 1); }), "task 2");
  EXPECT_EQ(gauge.started, 3);
}

TEST(CollectAllWindowed, TakesAFailureOfTheRangeForOneOfATask) {
  const auto make = [](int i) {
    if (i == 5) throw std::runtime_error("range");
    return returns(i, 1ms);
  };
  EXPECT_EQ(error_of([&] { collect(tasks(100, make), 3); }), "range");
}

asio::awaitable<std::unique_ptr<int>> owns(int i) { co_return std::make_unique<int>(i); }

TEST(CollectAllWindowed, TakesTasksOutOfAContainerAndMovesTheResults) {
  std::vector<asio::awaitable<std::unique_ptr<int>>> made;
  for (int i = 0; i < 5; ++i) made.push_back(owns(i));
  const auto moved = made | std::views::transform([](auto& task) { return std::move(task); });
  const auto results = collect(moved, 2);
  ASSERT_EQ(results.size(), 5U);
  EXPECT_EQ(*results[4], 4);
}

}  // namespace
}  // namespace collate
