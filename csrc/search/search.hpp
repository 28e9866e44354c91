// search.hpp -- exact depth-first search that can be stopped and resumed.
//
// Use          auto search = make_search(rules); search->start(values, marginals);
//              while (search->next(budget, out) == Outcome::solution) ...
// Exact        every solution is found once; exhausted() is a proof that there is no other.
// Determinism  solutions, their order and node counts depend on rules, values and marginals only (a time
//              limit decides how far a search comes, never which way it goes).
// Nodes        propagations run: one for the givens, one for each decision and one for each refutation.
// Time         next() ends within about a millisecond of its time limit, wherever it is, and goes on from there when it
//              is called again.
#pragma once
#include <cstdint>
#include <memory>

#include "rules/rules.hpp"
#include "search/budget.hpp"

namespace vmd {

constexpr int32_t kOpen = -1;

/// Numbers are part of the Python interface (vmdsolve/search.py).
enum class Status : int32_t { solved = 0, unsatisfiable = 1, node_limit = 2, time_limit = 3 };

enum class Outcome : int32_t { solution, exhausted, node_limit, time_limit };

class Search {
 public:
  virtual ~Search() = default;
  /// Begin a problem: values [L], kOpen where open. marginals [L, V] may be null; else they must outlive the
  /// search, and symbols with greater marginals are tried first.
  virtual void start(const int32_t* values, const float* marginals) = 0;
  /// Before the first next(): the cell must not take this value.
  virtual void forbid(int32_t cell, int32_t value) = 0;
  /// Go on to the next solution and write it to values [L] if not null.
  virtual Outcome next(Budget& budget, int32_t* values) = 0;
  /// Propagate the givens alone; false: clash. Else writes domains [L] if not null. Throws Late where time is over, or the
  /// call is asked to stop.
  virtual bool propagate(Budget& budget, uint64_t* domains) = 0;
  virtual int64_t nodes() const = 0;
  /// Clauses learned since start(), those forgotten since then included.
  virtual int64_t clauses() const { return 0; }
  /// Nothing is left to try.
  virtual bool exhausted() const = 0;
};

/// The fastest engine for these rules. `rules` must outlive it. path: which of box_paths(), where there are boxes; -1: the
/// fastest.
std::unique_ptr<Search> make_search(const Rules& rules, int path = -1);

/// An engine whose reasoning on rules that only say which cells differ is singles alone, from release to release: its
/// nodes say how hard a problem is, and its order is what seeds of generated problems rest on.
std::unique_ptr<Search> make_singles_search(const Rules& rules);

/// Result of one problem of a batch.
struct Found {
  int64_t count, nodes, clauses;
  Status status;
  bool complete;
};

/// Count up to `limit` solutions (negative: all) and write the first to `first` [L] (kOpen if none).
Found count_solutions(Search& search, const int32_t* values, const float* marginals, int64_t limit,
                      Budget budget, int32_t L, int32_t* first);

}  // namespace vmd
