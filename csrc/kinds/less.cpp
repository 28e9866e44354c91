// less.cpp -- Less: the first of two cells holds the smaller value. Params: none.
#include "kinds/interval.hpp"
#include "search/domain_model.hpp"

namespace vmd {
namespace {

class Less final : public Kind {
  const char* name() const override { return "Less"; }

  void check(const Draft& draft) const override {
    draft.want_params(0);
    if (draft.k() != 2) draft.refuse("needs 2 cells, got " + std::to_string(draft.k()));
  }

  Queue queue() const override { return kCheap; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const int32_t a = c.cells[0], b = c.cells[1];
    return model.narrow(a, interval(0, sets::highest(model.at(b)) - 1)) &&
           model.narrow(b, interval(sets::lowest(model.at(a)) + 1, kMaxSymbols - 1));
  }

  /// Bounds.
  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    const auto& cells = loss.constraint.cells;
    if (loss.cell != cells[0]) causes.push_back({cells[0], from(sets::lowest(loss.domains[0]))});
    if (loss.cell != cells[1]) causes.push_back({cells[1], up_to(sets::highest(loss.domains[1]))});
  }
};

}  // namespace

const Kind& less_kind();
const Kind& less_kind() {
  static const Less kind;
  return kind;
}

}  // namespace vmd
