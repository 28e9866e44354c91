// search.cpp -- Python's view of rules, search and generator: checks arrays, releases the GIL, calls.
//
// Shapes       values [B, L] i32 (-1 = open)   domains [B, L] u64   marginals [B, L, V] f32
// Errors       every array is checked in full before work starts; ValueError names the argument, what was
//              wanted and what was got. Arrays are never converted: a wrong dtype is the caller's mistake.
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "bind/arrays.hpp"
#include "bind/interrupt.hpp"
#include "kinds/kinds.hpp"
#include "search/box_model.hpp"
#include "search/breed.hpp"
#include "search/generate.hpp"
#include "search/nearest.hpp"
#include "search/search.hpp"
#include "support/sets.hpp"
#include "support/threads.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

void check_time(double seconds) {
  if (!(seconds >= 0) && seconds != -1)
    throw std::invalid_argument("time_limit: wanted -1 (none) or at least 0 seconds, got " + std::to_string(seconds));
}

[[noreturn]] void raise_late(const char* what) {
  PyErr_SetString(PyExc_TimeoutError, what);
  throw py::error_already_set();
}

/// Stops work that knows no deadline but looks at its Stop; to be made by the thread that does the work.
class StopAt final : public Stop {
 public:
  StopAt(Deadline deadline, Stop* outer) : deadline_(deadline), outer_(outer) {}
  bool late() const { return late_; }

 private:
  bool poll() override { return (late_ = deadline_.over(Clock::now())) || (outer_ != nullptr && outer_->asked()); }
  const Deadline deadline_;
  Stop* const outer_;
  bool late_ = false;
};

std::shared_ptr<Rules> make_rules(int64_t L, int64_t V, const py::object& numbers, const py::object& cell_offsets,
                                  const py::object& cells, const py::object& param_offsets,
                                  const py::object& params, double time_limit) {
  check_time(time_limit);
  const Deadline deadline(time_limit);
  const auto k = owned(array_of<int32_t>(numbers, "kinds", {-1}));
  const auto co = owned(array_of<int64_t>(cell_offsets, "cell_offsets", {-1}));
  const auto c = owned(array_of<int32_t>(cells, "cells", {-1}));
  const auto po = owned(array_of<int64_t>(param_offsets, "param_offsets", {-1}));
  const auto p = owned(array_of<int64_t>(params, "params", {-1}));
  auto rules = released([&]() -> std::shared_ptr<Rules> {
    StopAt stop(deadline, current_stop);
    const StopScope scope(&stop);
    try {
      return std::make_shared<Rules>(kinds(), L, V, span_of(k), span_of(co), span_of(c), span_of(po), span_of(p));
    } catch (const Stopped&) {
      if (!stop.late()) throw;
      return nullptr;
    }
  });
  if (rules == nullptr) raise_late("rules: the time limit ran out");
  return rules;
}

Array<int32_t> values_of(const Rules& rules, const py::object& object, bool batch) {
  const auto shape = batch ? std::vector<int64_t>{-1, rules.L()} : std::vector<int64_t>{rules.L()};
  const auto values = owned(array_of<int32_t>(object, "values", shape));
  for (py::ssize_t i = 0; i < values.size(); ++i) {
    const int32_t value = values.data()[i];
    if (value < kOpen || value >= rules.V())
      throw std::invalid_argument("values: wanted -1 (open) or 0.." + std::to_string(rules.V() - 1) + ", got " +
                                  std::to_string(value) + " at cell " + std::to_string(i % rules.L()) +
                                  (batch ? " of problem " + std::to_string(i / rules.L()) : ""));
  }
  return values;
}

Array<float> numbers_of(const py::object& object, const char* name, const std::vector<int64_t>& shape) {
  auto numbers = array_of<float>(object, name, shape);
  for (const float m : span_of(numbers))
    if (std::isnan(m)) throw std::invalid_argument(std::string(name) + ": wanted numbers, got NaN");
  return numbers;
}

/// An empty array for None.
Array<float> marginals_of(const py::object& object, const std::vector<int64_t>& shape) {
  return object.is_none() ? Array<float>(0) : numbers_of(object, "marginals", shape);
}

void check_threads(int threads) {
  if (threads < 0 || threads > kMaxThreads)
    throw std::invalid_argument("threads: wanted 0 (all cores) to " + std::to_string(kMaxThreads) + ", got " +
                                std::to_string(threads));
}

void check_limit(const char* name, int64_t value, int64_t least) {
  if (value < least)
    throw std::invalid_argument(std::string(name) + ": wanted at least " + std::to_string(least) + ", got " +
                                std::to_string(value));
}

/// Enough problems a turn to hide its cost, few enough that threads end together.
int64_t grain_of(int64_t n, int threads) {
  if (thread_count(threads) == 1) return n;
  return std::clamp<int64_t>(n / (int64_t{8} * thread_count(threads)), 1, 256);
}

/// What givens alone say: one value where there is one, else all.
void domains_of_givens(const Rules& rules, const int32_t* values, uint64_t* domains) {
  for (int32_t cell = 0; cell < rules.L(); ++cell)
    domains[cell] = values[cell] == kOpen ? sets::full(rules.V()) : sets::one(values[cell]);
}

py::tuple propagate(const Rules& rules, const py::object& object, double time_limit, int threads) {
  const auto values = values_of(rules, object, true);
  check_threads(threads);
  check_time(time_limit);
  const int64_t B = values.shape(0), L = rules.L();
  Array<uint64_t> domains({B, L});
  Array<bool> clash(B);
  const int32_t* in = values.data();
  uint64_t* out = domains.mutable_data();
  bool* bad = clash.mutable_data();
  released([&] {
    parallel_for(B, threads, grain_of(B, threads), [&](int64_t begin, int64_t end) {
      const auto search = make_singles_search(rules);
      for (int64_t b = begin; b < end; ++b) {
        stop_point();
        search->start(in + b * L, nullptr);
        Budget budget(-1, time_limit);
        try {
          bad[b] = !search->propagate(budget, out + b * L);
          if (bad[b]) std::fill_n(out + b * L, L, uint64_t{0});
        } catch (const Late&) {
          stop_point();
          bad[b] = false;  // nothing is proved; how far it came must not show
          domains_of_givens(rules, in + b * L, out + b * L);
        }
      }
    });
  });
  return py::make_tuple(domains, clash);
}

py::tuple solve_batch(const Rules& rules, const py::object& object, int64_t limit, int64_t node_limit,
                      double time_limit, int threads, const py::object& marginals_object, int path) {
  const auto values = values_of(rules, object, true);
  const int64_t B = values.shape(0), L = rules.L(), V = rules.V();
  if (path < -1 || path >= static_cast<int>(box_paths().size()))
    throw std::invalid_argument("path: wanted -1 (the fastest) to " + std::to_string(box_paths().size() - 1) +
                                ", got " + std::to_string(path));
  const auto marginals = marginals_of(marginals_object, {B, L, V});
  check_limit("limit", limit, limit == -1 ? -1 : 1);
  check_limit("node_limit", node_limit, -1);
  check_threads(threads);
  check_time(time_limit);
  Array<int32_t> first({B, L}), status(B);
  Array<int64_t> counts(B), nodes(B), clauses(B);
  Array<bool> complete(B);
  const int32_t* in = values.data();
  const float* guide = marginals_object.is_none() ? nullptr : marginals.data();
  int32_t *out = first.mutable_data(), *status_out = status.mutable_data();
  int64_t *counts_out = counts.mutable_data(), *nodes_out = nodes.mutable_data(), *clauses_out = clauses.mutable_data();
  bool* complete_out = complete.mutable_data();
  released([&] {
    parallel_for(B, threads, grain_of(B, threads), [&](int64_t begin, int64_t end) {
      const auto search = make_search(rules, path);
      for (int64_t b = begin; b < end; ++b) {
        const auto now = Budget::Clock::now();  // once a problem: it takes as long as an easy one's propagation
        stop_point(now);
        const Found found =
            count_solutions(*search, in + b * L, guide == nullptr ? nullptr : guide + b * L * V, limit,
                            Budget(node_limit, time_limit, now), static_cast<int32_t>(L), out + b * L);
        counts_out[b] = found.count;
        status_out[b] = static_cast<int32_t>(found.status);
        complete_out[b] = found.complete;
        nodes_out[b] = found.nodes;
        clauses_out[b] = found.clauses;
      }
    });
  });
  return py::make_tuple(first, counts, status, complete, nodes, clauses);
}

py::tuple nearest(const Rules& rules, const py::object& object, const py::object& scores_object, int64_t node_limit,
                  double time_limit, int threads) {
  const auto values = values_of(rules, object, true);
  const int64_t B = values.shape(0), L = rules.L(), V = rules.V();
  const auto scores = numbers_of(scores_object, "scores", {B, L, V});
  check_limit("node_limit", node_limit, -1);
  check_threads(threads);
  check_time(time_limit);
  Array<int32_t> found({B, L}), status(B);
  const int32_t* in = values.data();
  const float* said = scores.data();
  int32_t *out = found.mutable_data(), *status_out = status.mutable_data();
  released([&] {
    parallel_for(B, threads, grain_of(B, threads), [&](int64_t begin, int64_t end) {
      Nearest search(rules);
      for (int64_t b = begin; b < end; ++b) {
        stop_point();
        const Status ended = search.find(in + b * L, said + b * L * V, Budget(node_limit, time_limit), out + b * L);
        status_out[b] = static_cast<int32_t>(ended);
      }
    });
  });
  return py::make_tuple(found, status);
}

/// One problem whose solutions are taken one by one.
class Enumeration {
 public:
  Enumeration(std::shared_ptr<const Rules> rules, const py::object& values, const py::object& marginals)
      : rules_(std::move(rules)), search_(make_search(*rules_)), last_(static_cast<size_t>(rules_->L())) {
    const auto row = values_of(*rules_, values, false);
    const auto guide = marginals_of(marginals, {rules_->L(), rules_->V()});
    marginals_.assign(guide.data(), guide.data() + guide.size());
    search_->start(row.data(), marginals_.empty() ? nullptr : marginals_.data());
  }

  /// taken: solutions that the caller has, -1: all. Where a call was interrupted when it had found one, that is the next.
  py::tuple next(int64_t node_limit, double time_limit, int64_t taken) {
    check_limit("node_limit", node_limit, -1);
    check_time(time_limit);
    check_limit("taken", taken, -1);
    if (busy_) throw std::runtime_error("Search: next() is already running in another thread");
    if (taken < 0 || taken >= count_) {
      const Busy busy(*this);
      const Outcome outcome = released([&] {
        Budget budget(node_limit, time_limit);
        const Outcome now = search_->next(budget, last_.data());
        if (now == Outcome::solution) ++count_;
        return now;
      });
      switch (outcome) {
        case Outcome::solution: break;
        case Outcome::node_limit: return py::make_tuple(static_cast<int>(Status::node_limit), py::none());
        case Outcome::time_limit: return py::make_tuple(static_cast<int>(Status::time_limit), py::none());
        case Outcome::exhausted:
          return py::make_tuple(static_cast<int>(count_ > 0 ? Status::solved : Status::unsatisfiable), py::none());
      }
    }
    return py::make_tuple(static_cast<int>(Status::solved), Array<int32_t>(rules_->L(), last_.data()));
  }
  int64_t nodes() const { return nodes_; }
  int64_t clauses() const { return clauses_; }
  int64_t found() const { return found_; }
  bool complete() const { return complete_; }

 private:
  /// While next() works, it alone may look at the search: others see how far the last one came.
  struct Busy {
    explicit Busy(Enumeration& whose) : of(whose) { of.busy_ = true; }
    ~Busy() {
      of.busy_ = false;
      of.nodes_ = of.search_->nodes(), of.clauses_ = of.search_->clauses(), of.complete_ = of.search_->exhausted();
      of.found_ = of.count_;
    }
    Enumeration& of;
  };

  std::shared_ptr<const Rules> rules_;
  std::unique_ptr<Search> search_;
  std::vector<float> marginals_;
  // Read and written under the GIL.
  bool busy_ = false, complete_ = false;
  int64_t nodes_ = 0, clauses_ = 0, found_ = 0;
  int64_t count_ = 0;          // found, as next() has it while busy
  std::vector<int32_t> last_;  // [L] the solution found last
};

py::tuple generate(const Rules& rules, int64_t n, uint64_t seed, int64_t first, int64_t clues, double time_limit,
                   int threads, int64_t test_nodes, int64_t attempts, bool symmetric) {
  check_limit("n", n, 0);
  check_limit("first", first, 0);
  check_limit("clues", clues, -1);
  check_threads(threads);
  check_limit("test_nodes", test_nodes, 1);
  check_limit("attempts", attempts, 1);
  check_time(time_limit);
  const int64_t L = rules.L();
  if (clues > L)
    throw std::invalid_argument("clues: wanted -1 or at most L = " + std::to_string(L) + ", got " +
                                std::to_string(clues));
  if (first > INT64_MAX - n) throw std::invalid_argument("first: first + n is too large");
  const GenerateOptions options{seed, clues, test_nodes, attempts, symmetric, Deadline(time_limit)};
  Array<int32_t> problems({n, L}), solutions({n, L});
  int32_t *problem = problems.mutable_data(), *solution = solutions.mutable_data();
  const bool done = released([&] {
    try {
      parallel_for(n, threads, grain_of(n, threads), [&](int64_t begin, int64_t end) {
        const auto search = make_singles_search(rules);
        for (int64_t i = begin; i < end; ++i)
          generate_one(*search, rules, options, first + i, problem + i * L, solution + i * L);
      });
      return true;
    } catch (const Late&) {
      return false;
    }
  });
  if (!done) raise_late("generate: the time limit ran out");
  return py::make_tuple(problems, solutions);
}

py::tuple breed(const Rules& rules, const py::object& values, const py::object& answers, const py::object& levels,
                int64_t rounds, uint64_t seed, int64_t first, int64_t begun, bool hardest, double time_limit,
                int threads, int64_t test_nodes) {
  const auto given = values_of(rules, values, true);
  const int64_t B = given.shape(0), L = rules.L();
  const auto answered = values_of(rules, answers, true);
  if (answered.shape(0) != B)
    throw std::invalid_argument("answers: wanted " + std::to_string(B) + " rows, got " +
                                std::to_string(answered.shape(0)));
  const auto level = owned(array_of<int64_t>(levels, "levels", {B}));
  check_limit("rounds", rounds, 0);
  check_limit("first", first, 0);
  check_limit("begun", begun, 0);
  check_threads(threads);
  check_limit("test_nodes", test_nodes, 1);
  check_time(time_limit);
  if (first > INT64_MAX - B) throw std::invalid_argument("first: first + B is too large");
  if (begun > UINT32_MAX || rounds > UINT32_MAX - begun)
    throw std::invalid_argument("rounds: begun + rounds is over " + std::to_string(UINT32_MAX));
  const BreedOptions options{seed, begun, rounds, hardest, test_nodes, Deadline(time_limit)};
  Array<int32_t> problems({B, L}), solutions({B, L});
  Array<int64_t> nodes(B);
  std::copy_n(given.data(), B * L, problems.mutable_data());
  std::copy_n(answered.data(), B * L, solutions.mutable_data());
  int32_t *problem = problems.mutable_data(), *solution = solutions.mutable_data();
  int64_t* nodes_out = nodes.mutable_data();
  const int64_t* level_of = level.data();
  const bool done = released([&] {
    try {
      parallel_for(B, threads, 1, [&](int64_t begin, int64_t end) {
        const auto search = make_singles_search(rules);
        for (int64_t b = begin; b < end; ++b)
          nodes_out[b] =
              breed_one(*search, rules, options, first + b, level_of[b], problem + b * L, solution + b * L);
      });
      return true;
    } catch (const Late&) {
      return false;
    }
  });
  if (!done) raise_late("breed: the time limit ran out");
  for (int64_t b = 0; b < B; ++b)
    if (nodes_out[b] < 0)
      throw std::invalid_argument("problem " + std::to_string(b) + " has not its answer as the only solution");
  return py::make_tuple(problems, solutions, nodes);
}

}  // namespace

void register_search(py::module_& m) {
  using namespace py::literals;
  py::list names;  // members are numbered by their place
  for (const Kind* kind : kinds()) names.append(py::make_tuple(kind->name(), names.size()));
  m.attr("Kind") = py::module_::import("enum").attr("IntEnum")("Kind", names, "module"_a = m.attr("__name__"));
  py::class_<Rules, std::shared_ptr<Rules>>(m, "Rules")
      .def(py::init(&make_rules), "L"_a, "V"_a, "kinds"_a, "cell_offsets"_a, "cells"_a,
           "param_offsets"_a, "params"_a, "time_limit"_a = -1.0)
      .def_property_readonly("L", [](const Rules& rules) { return rules.L(); })
      .def_property_readonly("V", [](const Rules& rules) { return rules.V(); });
  py::class_<Enumeration>(m, "Search")
      .def(py::init([](std::shared_ptr<Rules> rules, const py::object& values, const py::object& marginals) {
             return std::make_unique<Enumeration>(std::move(rules), values, marginals);
           }),
           py::arg("rules").none(false), "values"_a, "marginals"_a = py::none())
      .def("next", &Enumeration::next, "node_limit"_a = -1, "time_limit"_a = -1.0, "taken"_a = -1)
      .def_property_readonly("nodes", [](const Enumeration& e) { return e.nodes(); })
      .def_property_readonly("clauses", [](const Enumeration& e) { return e.clauses(); })
      .def_property_readonly("found", [](const Enumeration& e) { return e.found(); })
      .def_property_readonly("complete", [](const Enumeration& e) { return e.complete(); });
  m.def("propagate", &propagate, "rules"_a, "values"_a, "time_limit"_a = -1.0, "threads"_a = 0);
  m.def("solve_batch", &solve_batch, "rules"_a, "values"_a, "limit"_a = 1, "node_limit"_a = -1,
        "time_limit"_a = -1.0, "threads"_a = 0, "marginals"_a = py::none(), "path"_a = -1);
  m.def("search_paths", [] {
    py::list out;
    for (const NamedBoxPath& one : box_paths()) out.append(one.name);
    return out;
  });
  m.def("nearest", &nearest, "rules"_a, "values"_a, "scores"_a, "node_limit"_a = -1, "time_limit"_a = -1.0,
        "threads"_a = 0);
  m.def("generate", &generate, "rules"_a, "n"_a, "seed"_a, "first"_a = 0, "clues"_a = -1,
        "time_limit"_a = -1.0, "threads"_a = 0, "test_nodes"_a = 100'000, "attempts"_a = 32, "symmetric"_a = false);
  m.def("breed", &breed, "rules"_a, "values"_a, "answers"_a, "levels"_a, "rounds"_a, "seed"_a, "first"_a = 0,
        "begun"_a = 0, "hardest"_a = false, "time_limit"_a = -1.0, "threads"_a = 0, "test_nodes"_a = 100'000);
}

}  // namespace vmd
