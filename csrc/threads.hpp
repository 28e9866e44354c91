// threads.hpp -- run a loop on several threads; results must not depend on how many.
//
// Threads are started per call and joined before it returns: nothing outlives a call, so fork is safe and
// no second OpenMP runtime meets torch's. Starting one costs about 20 microseconds: give it enough to do.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace vmd {

/// Number of threads to use when the caller asks for `threads` (0: as many as there are cores).
inline int thread_count(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// Call `body(begin, end)` on disjoint ranges that cover [0, n), `grain` items at a time, in any order.
/// The first exception thrown by a body is rethrown here after all threads have stopped.
template <class Body>
void parallel_for(int64_t n, int threads, int64_t grain, const Body& body) {
  grain = std::max<int64_t>(1, grain);
  const int64_t chunks = (n + grain - 1) / grain;
  const int workers = static_cast<int>(std::min<int64_t>(thread_count(threads), chunks));
  if (workers <= 1) {
    if (n > 0) body(int64_t{0}, n);
    return;
  }
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto work = [&] {
    try {
      for (int64_t chunk; (chunk = next.fetch_add(1)) < chunks;)
        body(chunk * grain, std::min(n, (chunk + 1) * grain));
    } catch (...) {
      const std::scoped_lock guard(failure_lock);
      if (!failure) failure = std::current_exception();
      next = chunks;
    }
  };
  std::vector<std::thread> pool;
  try {
    for (int i = 1; i < workers; ++i) pool.emplace_back(work);
  } catch (const std::system_error&) {  // the system has no more threads to give: those there are do the work
  }
  work();
  for (auto& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace vmd
