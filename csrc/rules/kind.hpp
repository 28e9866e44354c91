// kind.hpp -- what a kind of constraint has to say: how it is checked, compiled, run and explained.
//
// A kind is one file in kinds/, which says all of this; nothing below knows which kinds there are. Rules are made with
// a list of them (kinds/kinds.hpp), and a constraint points to its own.
// Filters      sound (no value of any solution is removed), and exact once all cells are decided (fails unless the
//              constraint holds): a board without open cells is a solution. A filter does all that it can at once, so
//              it is not run again for its own changes.
// Time         a filter that may take long passes DomainModel::spend() on the way, but not after it has narrowed a
//              cell: what is left off there is run again from the start, as if it had never begun.
// Test         csrc/tests/test_propagate.cpp against brute force, tests/search/test_exact.py against CP-SAT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/compiled.hpp"
#include "rules/decision.hpp"

namespace vmd {

class DomainModel;
class Rules;

struct Constraint {
  const Kind* kind;
  std::span<const int32_t> cells;
  std::span<const int64_t> params;
  const Compiled* compiled;  // null: nothing
};

/// What `c` was compiled to, by the kind that compiled it.
template <class T>
const T& compiled(const Constraint& c) {
  return static_cast<const T&>(*c.compiled);
}

/// A constraint as it is read: its cells are checked, its params are not. Refusals throw std::invalid_argument.
struct Draft {
  const Kind& kind;
  size_t number;
  int64_t V;
  std::span<const int32_t> cells;
  std::span<const int64_t> params;

  int64_t k() const { return static_cast<int64_t>(cells.size()); }
  [[noreturn]] void refuse(const std::string& what) const;
  void want_params(int64_t wanted) const;
  void want_range(const char* what, int64_t value, int64_t low, int64_t high) const;
  /// All of them, which may be many: looks at the call's Stop on the way.
  void want_all(const char* what, std::span<const int64_t> values, int64_t low, int64_t high) const;
};

/// A question to a constraint: why did `cell` lose the values `removed`? cell = -1: why did it fail?
struct Loss {
  const Constraint& constraint;
  std::span<const uint64_t> domains;  // of the constraint's cells before
  int32_t cell;
  uint64_t removed;
};

class Kind {
 public:
  /// When a constraint is run: in this order, each only while nothing is left before it.
  enum Queue : uint8_t { kCheap, kCostly, kLast, kQueues };

  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;

  /// The class in vmdsolve/constraints.py.
  virtual const char* name() const = 0;

  // When rules are made ------------------------------------------------------------------------------------------------
  /// Refuse params that the rest could not work on.
  virtual void check(const Draft& draft) const = 0;
  /// What is made of the params once, for all constraints that share them.
  virtual const Compiled* compile(const Draft&, Shelf&) const { return nullptr; }
  /// What can be compiled only with a look at the other constraints.
  virtual void relate(Constraint&, const Rules&, Shelf&) const {}
  /// It says that its cells differ pairwise, and nothing else.
  virtual bool only_differ() const { return false; }

  // When they are searched ---------------------------------------------------------------------------------------------
  virtual Queue queue() const = 0;
  /// Changes that do not decide a cell need not be looked at.
  virtual bool only_decisions_matter(const Constraint&) const { return false; }
  /// Remove what cannot be; false: the constraint fails.
  virtual bool filter(DomainModel& model, const Constraint& c) const = 0;
  /// More of it, when nothing else is left to run: only after DomainModel::finish_later().
  virtual bool finish(DomainModel&, const Constraint&) const { return true; }
  /// Bytes that the filter remembers between runs (DomainModel::memory); -1 at first.
  virtual size_t memory(const Constraint&) const { return 0; }
  /// Causes that force the loss with the constraint alone; the weaker, the more is learned. See search/explain.hpp.
  virtual void explain(const Loss& loss, std::vector<Literal>& causes) const { blame_all(loss, causes); }

 protected:
  ~Kind() = default;
  /// The other cells' domains as they were, which always suffices.
  static void blame_all(const Loss& loss, std::vector<Literal>& causes);
};

}  // namespace vmd
