// interrupt.hpp -- native work without the interpreter's lock, which Ctrl-C ends all the same.
//
// Use          const bool good = released([&] { return unmask(args, threads); });
//              Work that goes on for long looks at its Stop on the way (support/stop.hpp), as parallel_for does.
// Ctrl-C       Python runs signal handlers on its main thread alone. A call made there asks for them every 50 ms and
//              raises what they raise. Calls of other threads end where Python code asks for it: a thread heeds a
//              vmdsolve._native.Stop, and whoever waits for the thread asks it to stop (vmdsolve/search/threads.py).
// Exit         a thread that wants the lock back when the interpreter is gone sleeps until the process ends, as it does
//              in Python 3.14; before, Python ends it by an exception that must not pass what may not throw.
// Result       a call that was asked to stop raises, whatever its work came to; nothing half done is seen.
#pragma once
#include <cxxabi.h>
#include <pybind11/pybind11.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "support/stop.hpp"

namespace vmd {

/// Runs `work`, which takes the interpreter's lock, perhaps again and again; where Python wants to end this thread
/// instead, it never returns.
template <class Work>
auto work_or_sleep(const Work& work) noexcept {
  try {
    return work();
  } catch (abi::__forced_unwind&) {
    for (;;) pause();
  }
}

class WithoutGil {
 public:
  WithoutGil() = default;
  ~WithoutGil() {
    work_or_sleep([this] { PyEval_RestoreThread(state_); });
  }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* const state_ = PyEval_SaveThread();
};

class WithGil {
 public:
  WithGil() = default;
  ~WithGil() { PyGILState_Release(state_); }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  const PyGILState_STATE state_ = work_or_sleep([] { return PyGILState_Ensure(); });
};

/// What this Python thread heeds; null: nothing.
inline std::shared_ptr<Stop>& heeded_stop() {
  thread_local std::shared_ptr<Stop> stop;
  return stop;
}

/// The Stop of one call from Python. Made and ended with the interpreter's lock held.
class Interrupt final : public Stop {
 public:
  Interrupt() : Stop(heeded_stop()) {}

  void raise_if_heard() const {
    if (!heard()) return;
    if (PyErr_Occurred() == nullptr) PyErr_SetNone(PyExc_KeyboardInterrupt);  // it was not a signal
    throw pybind11::error_already_set();
  }

 private:
  /// What a handler raises stays this thread's current Python error until raise_if_heard().
  bool poll() override {
    if (elsewhere_) return false;
    const WithGil with;
    return work_or_sleep([this] {  // code of Python's runs, which may give the lock away and never get it back
      try {
        const auto main = pybind11::module_::import("threading").attr("main_thread")().attr("ident");
        elsewhere_ = main.cast<unsigned long>() != PyThread_get_thread_ident();
      } catch (pybind11::error_already_set& error) {
        error.restore();
        return true;
      }
      return !elsewhere_ && PyErr_CheckSignals() != 0;
    });
  }

  bool elsewhere_ = false;  // this is not Python's main thread
};

/// What `work()` returns, run without the interpreter's lock.
template <class Work>
std::invoke_result_t<Work> released(const Work& work) {
  using Result = std::invoke_result_t<Work>;
  Interrupt stop;
  stop.raise_if_heard();
  std::conditional_t<std::is_void_v<Result>, std::monostate, std::optional<Result>> result;
  {
    const WithoutGil without;
    const StopScope scope(&stop);
    try {
      if constexpr (std::is_void_v<Result>) work();
      else result.emplace(work());
    } catch (...) {
      if (!stop.heard()) throw;  // else it failed because it was stopped
    }
  }
  stop.raise_if_heard();
  if constexpr (!std::is_void_v<Result>) return std::move(*result);
}

}  // namespace vmd
