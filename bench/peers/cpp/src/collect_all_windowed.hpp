#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <cassert>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

namespace collate {

namespace detail {

namespace asio = boost::asio;

/// What the workers of one window share.
template <typename Tasks>
class Window {
 public:
  using Task = std::ranges::range_value_t<Tasks>;
  using Result = typename Task::value_type;

  Window(const asio::any_io_executor& executor, Tasks tasks, std::size_t workers)
      : tasks_(std::move(tasks)), next_(tasks_.begin()), results_(tasks_.size()), ends_(executor, workers) {}

  /// The next task and its place, or none: all are taken, or one has failed.
  std::optional<std::pair<std::size_t, Task>> take() {
    const std::lock_guard lock(mutex_);
    if (failed_ || next_ == tasks_.end()) return std::nullopt;
    std::optional<std::pair<std::size_t, Task>> taken(std::in_place, place_++, *next_);
    ++next_;
    return taken;
  }

  /// Needs no lock: a place is one worker's alone, and is read after that worker's end.
  void put(std::size_t place, Result result) { results_[place].emplace(std::move(result)); }

  /// To be called at a worker's end, with what it threw.
  void end(std::exception_ptr failure) {
    if (failure) {
      const std::lock_guard lock(mutex_);
      failed_ = true;  // at once: until the collector hears of it, others would take more tasks
    }
    ends_.try_send(boost::system::error_code{}, failure);  // there is room for each worker's
  }

  /// The next end of a worker, in the order of time.
  asio::awaitable<std::exception_ptr> next_end() { return ends_.async_receive(asio::use_awaitable); }

  std::vector<Result> results() {
    std::vector<Result> out;
    out.reserve(results_.size());
    for (auto& result : results_) out.push_back(std::move(*result));
    return out;
  }

 private:
  std::mutex mutex_;
  Tasks tasks_;
  std::ranges::iterator_t<Tasks> next_;
  std::size_t place_ = 0;
  bool failed_ = false;
  std::vector<std::optional<Result>> results_;
  asio::experimental::concurrent_channel<void(boost::system::error_code, std::exception_ptr)> ends_;
};

/// A worker awaits one task after the other: it is one place in the window.
template <typename Tasks>
asio::awaitable<void> work(std::shared_ptr<Window<Tasks>> window) {
  while (auto taken = window->take()) {
    auto& [place, task] = *taken;
    window->put(place, co_await std::move(task));
  }
}

/// Cancels a worker. Signals and slots must not be used by two threads at a time: the strand, on which all
/// of the worker's own steps run, keeps them apart.
struct Canceller {
  asio::strand<asio::any_io_executor> strand;
  asio::cancellation_signal signal;

  /// From any thread. The worker may well have ended before its strand gets to it; hence the shared owner.
  static void cancel(std::shared_ptr<Canceller> worker) {
    const auto strand = worker->strand;
    asio::post(strand,
               [worker = std::move(worker)] { worker->signal.emit(asio::cancellation_type::terminal); });
  }
};

template <typename Tasks>
std::shared_ptr<Canceller> start_worker(const asio::any_io_executor& executor,
                                        const std::shared_ptr<Window<Tasks>>& window) {
  auto worker = std::make_shared<Canceller>(asio::make_strand(executor));
  auto at_end = [window](std::exception_ptr failure) { window->end(std::move(failure)); };
  asio::co_spawn(worker->strand, work(window), asio::bind_cancellation_slot(worker->signal.slot(), at_end));
  return worker;
}

}  // namespace detail

/// Awaits the tasks of a range, at most `window` of them at a time, and returns their results in the order
/// of the tasks. The semantics are those of folly::coro::collectAllWindowed, on Asio:
///
/// - The window limits the tasks that run. A result that is ahead of its turn waits in its place in the
///   vector, and its task's place in the window goes to the next task.
/// - Tasks are taken off the range one by one, in order, each when there is a place for it: the range may be
///   a lazy one. A container's have to be moved out (views::transform with std::move).
/// - Tasks run in parallel on the executor of the awaiting coroutine: each on a strand of its own, so that
///   what is one task's needs no lock. Should that executor be a strand itself, all is serial.
/// - On the first failure, in time, the other tasks are cancelled and waited for; then it is thrown, and all
///   results are lost.
///
/// Unlike folly's function it takes no further task off the range after a failure (folly starts the rest as
/// well, with a token that is cancelled already), and cancelling the awaiting coroutine has no effect from
/// this call on. To put folly's own in its place, tasks would have to be folly::coro::Task, each Asio
/// operation in them awaited through a folly::coro::Baton that its completion handler posts, and a
/// folly::CancellationCallback would have to post the cancelling of that operation to the task's strand.
template <typename Tasks>
  requires std::ranges::input_range<Tasks> && std::ranges::sized_range<Tasks>
auto collect_all_windowed(Tasks tasks, std::size_t window)
    -> boost::asio::awaitable<std::vector<typename detail::Window<Tasks>::Result>> {
  namespace asio = boost::asio;
  assert(window > 0);
  const auto executor = co_await asio::this_coro::executor;
  // A collector that was cancelled would leave its workers behind.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());

  const auto workers = std::min(window, static_cast<std::size_t>(std::ranges::size(tasks)));
  // Shared: a worker may still be leaving end() when the collector, whom that has woken, is gone.
  const auto shared = std::make_shared<detail::Window<Tasks>>(executor, std::move(tasks), workers);
  std::vector<std::shared_ptr<detail::Canceller>> cancellers;
  for (std::size_t i = 0; i < workers; ++i) cancellers.push_back(detail::start_worker(executor, shared));

  std::exception_ptr first;
  for (std::size_t running = workers; running > 0; --running) {
    auto failure = co_await shared->next_end();
    if (!failure || first) continue;
    first = std::move(failure);
    for (const auto& worker : cancellers) detail::Canceller::cancel(worker);
  }
  if (first) std::rethrow_exception(first);
  co_return shared->results();
}

}  // namespace collate
