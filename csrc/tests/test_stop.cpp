// test_stop.cpp -- a call that is asked to stop ends, with all its threads; meant to run under the thread sanitizer.
#include <thread>

#include "check.hpp"
#include "support/threads.hpp"

namespace {

using vmd::Stop, vmd::StopScope, vmd::Stopped;
using std::chrono::milliseconds;

/// Asked after a few polls, as by Ctrl-C.
struct Polled final : Stop {
  explicit Polled(int polls) : left(polls) {}
  bool poll() override {
    CHECK(std::this_thread::get_id() == maker);
    return --left <= 0;
  }
  const std::thread::id maker = std::this_thread::get_id();
  int left;
};

/// Runs until the call is asked to stop; false: it ended otherwise.
template <class Body>
bool stopped(int threads, const Body& body) {
  try {
    vmd::parallel_for(8, threads, 1, body);
  } catch (const Stopped&) {
    return true;
  }
  return false;
}

void endless(int64_t, int64_t) {
  for (;;) {
    vmd::stop_point();
    std::this_thread::sleep_for(milliseconds(1));
  }
}

void polls_end_all_threads() {
  for (const int threads : {1, 2, 4}) {
    Polled stop(2);
    const StopScope scope(&stop);
    CHECK(stopped(threads, endless));
  }
}

/// The calling thread has nothing left to do, but listens while it waits.
void polls_while_it_waits() {
  Polled stop(3);
  const StopScope scope(&stop);
  const auto maker = std::this_thread::get_id();
  std::atomic<bool> other{false};
  CHECK(stopped(2, [&](int64_t begin, int64_t end) {
    if (std::this_thread::get_id() != maker) {
      other = true;
      endless(begin, end);
    }
    while (!other) std::this_thread::sleep_for(milliseconds(1));
  }));
}

void an_outer_stop_ends_a_call() {
  const auto outer = std::make_shared<Stop>();
  std::thread other([outer] {
    std::this_thread::sleep_for(milliseconds(20));
    outer->ask();
  });
  {
    Stop stop(outer);
    const StopScope scope(&stop);
    CHECK(stopped(3, endless));
  }
  other.join();
}

void nothing_is_stopped_unasked() {
  std::atomic<int64_t> sum{0};
  const auto add = [&](int64_t begin, int64_t end) {
    for (; begin < end; ++begin) sum += begin;
  };
  CHECK(!stopped(3, add));
  Polled stop(1'000'000);
  {
    const StopScope scope(&stop);
    CHECK(!stopped(1, add) && !stopped(3, add));
    CHECK(vmd::current_stop == &stop);
  }
  CHECK(vmd::current_stop == nullptr && sum == 3 * 28);
  CHECK(!vmd::stop_asked());
}

}  // namespace

int main() {
  polls_end_all_threads();
  polls_while_it_waits();
  an_outer_stop_ends_a_call();
  nothing_is_stopped_unasked();
  std::puts("ok");
}
