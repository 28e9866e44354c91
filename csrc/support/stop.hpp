// stop.hpp -- how a long call hears that nobody waits for it any more.
//
// Meaning      each call has a Stop of its own. The thread that makes the call enters it (StopScope), parallel_for lets
//              its workers enter it too, and whatever goes on for more than a few milliseconds looks at it on the way:
//              stop_point() throws Stopped, stop_asked() only says so, where more than memory has to be cleared up.
// Who asks     ask() from any thread; or poll(), which the thread that made the Stop calls for itself, at most every
//              kPollEvery, whenever it looks. An outer Stop that was asked ends the call as well.
// Cost         a load or two; on the thread that made the Stop a clock reading more.
// Twin         bind/interrupt.hpp: a Stop that hears Python's signals
// Test         csrc/tests/test_stop.cpp, tests/search/test_interrupt.py
#pragma once
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace vmd {

/// Thrown where a call ends early because it was asked to.
struct Stopped {};

class Stop {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPollEvery{50};

  explicit Stop(std::shared_ptr<const Stop> outer = nullptr)
      : outer_(std::move(outer)), maker_(pthread_self()), polled_(Clock::now()) {}
  virtual ~Stop() = default;
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  void ask() { asked_.store(true, std::memory_order_relaxed); }
  /// It was asked; nobody is polled.
  bool heard() const {
    return asked_.load(std::memory_order_relaxed) || (outer_ != nullptr && outer_->heard());
  }
  bool asked() { return heard() || (pthread_equal(maker_, pthread_self()) != 0 && asked_at(Clock::now())); }
  /// The same, for who has read the clock.
  bool asked(Clock::time_point now) {
    return heard() || (pthread_equal(maker_, pthread_self()) != 0 && asked_at(now));
  }

 protected:
  /// True: stop. Called by the thread that made this.
  virtual bool poll() { return false; }

 private:
  bool asked_at(Clock::time_point now) {
    if (now - polled_ < kPollEvery) return false;
    const bool stop = poll();
    polled_ = Clock::now();  // poll() may have run for long
    if (stop) ask();
    return stop;
  }

  std::atomic<bool> asked_{false};
  const std::shared_ptr<const Stop> outer_;
  const pthread_t maker_;
  Clock::time_point polled_;  // by the maker alone
};

/// The Stop of the call that this thread works for; null: none.
inline constinit thread_local Stop* current_stop = nullptr;

/// This thread works for a call while the scope lasts.
class StopScope {
 public:
  explicit StopScope(Stop* stop) : before_(std::exchange(current_stop, stop)) {}
  ~StopScope() { current_stop = before_; }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  Stop* const before_;
};

inline bool stop_asked() { return current_stop != nullptr && current_stop->asked(); }
inline bool stop_asked(Stop::Clock::time_point now) { return current_stop != nullptr && current_stop->asked(now); }
inline void stop_point() {
  if (stop_asked()) throw Stopped{};
}
inline void stop_point(Stop::Clock::time_point now) {
  if (stop_asked(now)) throw Stopped{};
}

}  // namespace vmd
