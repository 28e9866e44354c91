// regular.cpp -- Regular: the word of values is accepted by an automaton. Params: Q, start, Q accept flags, Q*V next
// states (-1: dead).
//
// Filter       exactly, by the states that words of i values reach and from which the end is reached (Pesant, CP 2004),
//              as bitsets.
#include <algorithm>
#include <bit>

#include "search/domain_model.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr int64_t kMaxWork = int64_t{1} << 28;  // (k + 1) * Q and Q * V

struct Automaton final : Compiled {
  int32_t states, start;
  std::vector<uint8_t> accept;  // [states]
  std::vector<int32_t> next;    // [states, V], -1 = dead
};

class Regular final : public Kind {
  const char* name() const override { return "Regular"; }

  void check(const Draft& draft) const override {
    const auto params = draft.params;
    if (params.size() < 2) draft.refuse("needs params: Q, start, Q accept flags, Q*V transitions");
    const int64_t Q = params[0];
    draft.want_range("Q", Q, 1, kMaxWork / std::max<int64_t>(draft.k() + 1, draft.V));
    draft.want_params(2 + Q + Q * draft.V);
    draft.want_range("start", params[1], 0, Q - 1);
    draft.want_all("accept flags", params.subspan(2, static_cast<size_t>(Q)), 0, 1);
    draft.want_all("transitions", params.subspan(static_cast<size_t>(2 + Q)), -1, Q - 1);
  }

  const Compiled* compile(const Draft& draft, Shelf& shelf) const override {
    const auto params = draft.params;
    return shelf.get(*this, {params.begin(), params.end()}, [&] {
      stop_point();
      auto dfa = std::make_unique<Automaton>();
      dfa->states = static_cast<int32_t>(params[0]);
      dfa->start = static_cast<int32_t>(params[1]);
      const auto Q = static_cast<size_t>(params[0]);
      for (const int64_t flag : params.subspan(2, Q)) dfa->accept.push_back(static_cast<uint8_t>(flag));
      for (const int64_t state : params.subspan(2 + Q)) dfa->next.push_back(static_cast<int32_t>(state));
      return dfa;
    });
  }

  Queue queue() const override { return kCostly; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const auto& dfa = compiled<Automaton>(c);
    const size_t k = c.cells.size(), words = (static_cast<size_t>(dfa.states) + 63) / 64;
    const auto V = static_cast<size_t>(model.rules().V());
    const auto next = [&](size_t state, int value) { return dfa.next[state * V + static_cast<size_t>(value)]; };
    uint64_t* const layers = model.scratch((k + 1) * words + k);
    uint64_t* const left = layers + (k + 1) * words;
    const auto layer = [&](size_t i) { return layers + i * words; };
    const auto has = [](const uint64_t* set, size_t s) { return (set[s / 64] >> (s % 64) & 1) != 0; };
    const auto each = [&](const uint64_t* set, auto body) {
      for (size_t w = 0; w < words; ++w) {
        if (w % 16 == 0) model.spend(64);
        for (uint64_t rest = set[w]; rest != 0; rest &= rest - 1)
          body(w * 64 + static_cast<size_t>(std::countr_zero(rest)));
      }
    };

    // Forward: layer i holds the states reached by some possible word of i values.
    std::fill_n(layers, (k + 1) * words, uint64_t{0});
    layer(0)[dfa.start / 64] = uint64_t{1} << (dfa.start % 64);
    for (size_t i = 0; i < k; ++i) {
      const uint64_t domain = model.at(c.cells[i]);
      each(layer(i), [&](size_t state) {
        for (uint64_t values = domain; values != 0; values &= values - 1) {
          const int32_t to = next(state, std::countr_zero(values));
          if (to >= 0) layer(i + 1)[to / 64] |= uint64_t{1} << (to % 64);
        }
      });
    }

    // Backward: keep the states from which the end is reached, and the values on the way.
    bool accepted = false;
    each(layer(k), [&](size_t state) {
      if (dfa.accept[state] == 0) layer(k)[state / 64] &= ~(uint64_t{1} << (state % 64));
      else accepted = true;
    });
    if (!accepted) return false;
    for (size_t i = k; i-- > 0;) {
      const uint64_t domain = model.at(c.cells[i]);
      left[i] = 0;
      each(layer(i), [&](size_t state) {
        uint64_t good = 0;
        for (uint64_t values = domain; values != 0; values &= values - 1) {
          const int32_t to = next(state, std::countr_zero(values));
          if (to >= 0 && has(layer(i + 1), static_cast<size_t>(to))) good |= values & (~values + 1);
        }
        if (good == 0) layer(i)[state / 64] &= ~(uint64_t{1} << (state % 64));
        left[i] |= good;
      });
    }
    for (size_t i = k; i-- > 0;)
      if (!model.narrow(c.cells[i], left[i])) return false;
    return true;
  }
};

}  // namespace

const Kind& regular_kind();
const Kind& regular_kind() {
  static const Regular kind;
  return kind;
}

}  // namespace vmd
