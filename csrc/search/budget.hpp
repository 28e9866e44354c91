// budget.hpp -- what one call may spend: nodes, and time.
//
// The clock is read when enough work was done since the last look, whatever the work is: nodes of a small board, words
// of a long table, clauses. Late is thrown where the work is left off; what was begun and cannot be left off goes on.
#pragma once
#include <chrono>
#include <cstdint>
#include <utility>

#include "support/stop.hpp"

namespace vmd {

/// The time is over: thrown from where the work can be taken up again.
struct Late {};

/// When the time is over.
class Deadline {
 public:
  using Clock = Stop::Clock;

  Deadline() = default;
  /// So many seconds from now; negative: never.
  explicit Deadline(double seconds) : Deadline(seconds, Clock::now()) {}
  Deadline(double seconds, Clock::time_point now);
  bool over(Clock::time_point now) const { return now >= end_; }
  bool endless() const { return end_ == Clock::time_point::max(); }

 private:
  Clock::time_point end_ = Clock::time_point::max();
};

class Budget {
 public:
  using Clock = Stop::Clock;

  Budget() = default;
  /// Negative: no limit.
  Budget(int64_t node_limit, double seconds) : Budget(node_limit, Deadline(seconds)) {}
  /// As of now, for who has read the clock: with more time than a few looks take, it is not over at once.
  Budget(int64_t node_limit, double seconds, Clock::time_point now) : Budget(node_limit, Deadline(seconds, now)) {
    fresh_ = seconds > kFew;
  }
  Budget(int64_t node_limit, Deadline deadline);

  /// The time is over, or the call was asked to stop.
  bool late() const {
    const auto now = Clock::now();
    return deadline_.over(now) || stop_asked(now);
  }
  /// The same before anything is done: without a time limit, only whether it was asked to stop, for the clock costs more
  /// than an easy problem.
  bool late_at_once() {
    const bool fresh = std::exchange(fresh_, false);
    return fresh || deadline_.endless() ? current_stop != nullptr && current_stop->heard() : late();
  }
  /// The same after `work` more, about nanoseconds; mostly without a look at the clock.
  bool late_after(int64_t work) { return (until_look_ -= work) < 0 && look(); }
  void spend(int64_t work) {
    if (late_after(work)) throw Late{};
  }

  /// For tests: late for once at this look from now, and a look at every spend().
  void late_at_look(int64_t look) {
    looks_left_ = look;
    work_between_looks_ = until_look_ = 0;
  }

  int64_t nodes = INT64_MAX;  // left

 private:
  static constexpr double kFew = 1e-5;  // seconds

  bool look();

  Deadline deadline_;
  bool fresh_ = false;  // it was made as of now, and nothing was done yet
  int64_t work_between_looks_ = 20'000;
  int64_t until_look_ = work_between_looks_;
  int64_t looks_left_ = INT64_MAX;
};

}  // namespace vmd
