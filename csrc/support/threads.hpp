// threads.hpp -- run a loop on several threads; results must not depend on how many.
//
// Threads are started per call and joined before it returns: nothing outlives a call, so fork is safe and
// no second OpenMP runtime meets torch's. Starting one costs about 50 microseconds: give it enough to do.
// All threads work for the call that the calling thread works for (stop.hpp), and end with it.
#pragma once
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <vector>

#include "support/cores.hpp"
#include "support/stop.hpp"

namespace vmd {

constexpr int kMaxThreads = 1024;

/// Number of threads to use when the caller asks for `threads` (0: as many as there are cores); at most kMaxThreads.
inline int thread_count(int threads) {
  return std::min(threads > 0 ? threads : cores(), kMaxThreads);
}

/// Threads that all run one function, which must not throw; joined at the end.
///
/// They start on other CPUs than the one that starts them. Linux may put a thread started by one that has just
/// slept on the same CPU, where it waits until its starter blocks: a millisecond of work then gains nothing.
template <class Function>
class Helpers {
 public:
  /// Fewer than `n` if the system has no more to give.
  Helpers(int n, const Function& function) : function_(function) {
    threads_.reserve(static_cast<size_t>(std::max(0, n)));
    pthread_attr_t attributes;
    if (n < 1 || pthread_attr_init(&attributes) != 0) return;
#if defined(__linux__)
    const int cpu = sched_getcpu();
    known_ = cpu >= 0 && cpu < CPU_SETSIZE && sched_getaffinity(0, sizeof allowed_, &allowed_) == 0;
    cpu_set_t others = allowed_;
    if (known_) CPU_CLR(static_cast<size_t>(cpu), &others);
    if (known_ && CPU_COUNT(&others) > 0) pthread_attr_setaffinity_np(&attributes, sizeof others, &others);
#endif
    pthread_t thread;
    const std::scoped_lock guard(lock_);  // no thread counts itself off before all are counted
    while (n-- > 0 && pthread_create(&thread, &attributes, run, this) == 0) threads_.push_back(thread);
    running_ = threads_.size();
    pthread_attr_destroy(&attributes);
  }
  ~Helpers() {
    for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
  }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  /// Wait until all have ended; meanwhile look at `stop` now and then, so that it is polled.
  void wait(Stop& stop) {
    std::unique_lock guard(lock_);
    while (!ended_.wait_for(guard, Stop::kPollEvery, [this] { return running_ == 0; })) {
      guard.unlock();
      stop.asked();
      guard.lock();
    }
  }

 private:
  static void* run(void* self) {
    auto& helpers = *static_cast<Helpers*>(self);
#if defined(__linux__)
    // Only the start had to be elsewhere; where it may run from now on is left to the system as ever.
    if (helpers.known_) pthread_setaffinity_np(pthread_self(), sizeof helpers.allowed_, &helpers.allowed_);
#endif
    helpers.function_();
    const std::scoped_lock guard(helpers.lock_);
    --helpers.running_;
    helpers.ended_.notify_one();
    return nullptr;
  }

  const Function& function_;
  std::vector<pthread_t> threads_;
  std::mutex lock_;
  std::condition_variable ended_;
  size_t running_ = 0;
#if defined(__linux__)
  cpu_set_t allowed_{};
  bool known_ = false;  // false where there are more CPUs than a cpu_set_t holds
#endif
};

/// Call `body(begin, end)` on disjoint ranges that cover [0, n), `grain` items at a time, in any order.
/// The first exception thrown by a body is rethrown here after all threads have stopped. Between two ranges, and while
/// the others work, each thread looks at the call's Stop; a body that takes long for one range has to do so itself.
template <class Body>
void parallel_for(int64_t n, int threads, int64_t grain, const Body& body) {
  grain = std::max<int64_t>(1, grain);
  const int64_t chunks = (n + grain - 1) / grain;
  const int workers = static_cast<int>(std::min<int64_t>(thread_count(threads), chunks));
  const auto run = [&](int64_t chunk) {
    stop_point();
    body(chunk * grain, std::min(n, (chunk + 1) * grain));
  };
  if (workers <= 1) {
    for (int64_t chunk = 0; chunk < chunks; ++chunk) run(chunk);
    return;
  }
  Stop* const stop = current_stop;
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto work = [&] {
    const StopScope scope(stop);
    try {
      for (int64_t chunk; (chunk = next.fetch_add(1)) < chunks;) run(chunk);
    } catch (...) {
      const std::scoped_lock guard(failure_lock);
      if (!failure) failure = std::current_exception();
      next = chunks;
    }
  };
  {
    Helpers helpers(workers - 1, work);
    work();
    if (stop != nullptr) helpers.wait(*stop);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace vmd
