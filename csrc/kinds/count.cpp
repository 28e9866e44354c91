// count.cpp -- Count: low <= how many cells hold the symbol <= high. Params: symbol, low, high.
#include "rules/rules.hpp"  // defines: kMaxNumber
#include "search/domain_model.hpp"
#include "support/sets.hpp"

namespace vmd {
namespace {

class Count final : public Kind {
  const char* name() const override { return "Count"; }

  void check(const Draft& draft) const override {
    draft.want_params(3);
    draft.want_range("symbol", draft.params[0], 0, draft.V - 1);
    draft.want_range("low", draft.params[1], -kMaxNumber, kMaxNumber);
    draft.want_range("high", draft.params[2], -kMaxNumber, kMaxNumber);
  }

  Queue queue() const override { return kCheap; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const uint64_t symbol = sets::one(static_cast<int>(c.params[0]));
    const int64_t low = c.params[1], high = c.params[2];
    int64_t must = 0, can = 0;
    for (const int32_t cell : c.cells) {
      must += model.at(cell) == symbol ? 1 : 0;
      can += (model.at(cell) & symbol) != 0 ? 1 : 0;
    }
    if (low > high || must > high || can < low) return false;
    if (must == can || (must < high && can > low)) return true;
    for (const int32_t cell : c.cells) {
      if ((model.at(cell) & symbol) == 0 || model.at(cell) == symbol) continue;
      model.narrow(cell, can == low ? symbol : ~symbol);  // the cell is open: something is left
    }
    return true;
  }

  /// The cells that are settled: the symbol is removed, or fails, because others have it; all else because others
  /// cannot have it.
  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    const Constraint& c = loss.constraint;
    const uint64_t symbol = sets::one(static_cast<int>(c.params[0]));
    int64_t must = 0;
    for (size_t i = 0; i < c.cells.size(); ++i) must += loss.domains[i] == symbol && c.cells[i] != loss.cell ? 1 : 0;
    const bool full = loss.cell < 0 ? must > c.params[2] : loss.removed == symbol;
    for (size_t i = 0; i < c.cells.size(); ++i) {
      if (c.cells[i] == loss.cell) continue;
      if (full && loss.domains[i] == symbol) causes.push_back({c.cells[i], symbol});
      if (!full && (loss.domains[i] & symbol) == 0) causes.push_back({c.cells[i], ~symbol});
    }
  }
};

}  // namespace

const Kind& count_kind();
const Kind& count_kind() {
  static const Count kind;
  return kind;
}

}  // namespace vmd
