// automata.cpp -- automata over bytes and over tokens as functions on NumPy arrays.
//
// An automaton is a tuple (kind uint8 [256], step int32 [Q, kinds], accepting bool [Q]). All numbers are checked here;
// messages for people are made in vmdsolve/automata and vmdsolve/canvas. Over its limits a call gives None.
#include <pybind11/pybind11.h>

#include <algorithm>

#include "automata/dfa.hpp"
#include "bind/arrays.hpp"     // defines: Array, owned, span_of, want, want_shape
#include "bind/interrupt.hpp"  // defines: released
#include "canvas/compile.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

constexpr int64_t kMostStates = 1 << 24;

template <class T, class U>
Array<T> array_from(const std::vector<U>& numbers) {
  Array<T> out(static_cast<py::ssize_t>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), out.mutable_data());
  return out;
}

bool within(std::span<const int32_t> numbers, int64_t low, int64_t high) {
  return std::all_of(numbers.begin(), numbers.end(), [&](int32_t n) { return low <= n && n < high; });
}

std::vector<uint8_t> flags_of(const Array<bool>& array) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(array.data());  // views can make bools of any byte
  std::vector<uint8_t> flags(static_cast<size_t>(array.size()));
  std::transform(bytes, bytes + array.size(), flags.begin(), [](unsigned char byte) { return byte != 0; });
  return flags;
}

Dfa dfa_of(const py::tuple& tuple) {
  want(tuple.size() == 3, "an automaton: wanted kind, step, accepting");
  const auto kind = array_of<uint8_t>(tuple[0], "kind", {256});
  const auto step = array_of<int32_t>(tuple[1], "step", {-1, -1});
  const auto accepting = array_of<bool>(tuple[2], "accepting", {step.shape(0)});
  Dfa dfa;
  dfa.kinds = static_cast<int>(std::min<int64_t>(step.shape(1), 257));
  want(step.shape(0) >= 1 && step.shape(0) <= kMostStates && dfa.kinds >= 1 && dfa.kinds <= 256, "Q or kinds");
  std::copy(kind.data(), kind.data() + 256, dfa.kind.begin());
  dfa.step.assign(step.data(), step.data() + step.size());
  dfa.accepting = flags_of(accepting);
  want(std::all_of(dfa.kind.begin(), dfa.kind.end(), [&](uint8_t k) { return k < dfa.kinds; }), "kind");
  want(within(dfa.step, -1, dfa.Q()), "step");
  return dfa;
}

py::tuple tuple_of(const Dfa& dfa) {
  Array<uint8_t> kind(256);
  std::copy(dfa.kind.begin(), dfa.kind.end(), kind.mutable_data());
  Array<int32_t> step({dfa.Q(), int64_t{dfa.kinds}});
  std::copy(dfa.step.begin(), dfa.step.end(), step.mutable_data());
  return py::make_tuple(kind, step, array_from<bool>(dfa.accepting));
}

py::object object_of(const std::optional<Dfa>& dfa) { return dfa ? py::object(tuple_of(*dfa)) : py::none(); }

py::object determinise_py(int32_t states, int32_t start, int32_t final, const Array<int32_t>& edges,
                          const Array<int32_t>& free, int64_t state_limit, int64_t work_limit) {
  want_shape(edges, {-1, 4}, "edges");
  want_shape(free, {-1, 3}, "free");
  want(states >= 1 && states <= kMostStates, "states");
  want(0 <= start && start < states && 0 <= final && final < states, "start or final");
  want(0 <= state_limit && state_limit <= kMostStates, "state_limit");
  std::vector<Nfa::Edge> own_edges;
  for (int64_t i = 0; i < edges.shape(0); ++i) {
    const int32_t* const e = edges.data(i, 0);
    own_edges.push_back({e[0], e[1], e[2], e[3]});
    const Nfa::Edge& own = own_edges.back();
    want(within(std::array{own.from, own.to}, 0, states) && 0 <= own.lo && own.lo <= own.hi && own.hi < 256, "edges");
  }
  std::vector<Nfa::FreeEdge> own_free;
  for (int64_t i = 0; i < free.shape(0); ++i) {
    const int32_t* const e = free.data(i, 0);
    own_free.push_back({e[0], e[1], e[2]});
    const Nfa::FreeEdge& own = own_free.back();
    want(within(std::array{own.from, own.to}, 0, states) && 0 <= own.kind && own.kind <= Nfa::kEnd, "free");
  }
  const Nfa nfa{states, start, final, own_edges, own_free};
  return object_of(released([&] { return determinise(nfa, {state_limit, work_limit}); }));
}

py::object combine_py(const py::tuple& a, const py::tuple& b, bool difference, int64_t state_limit, int64_t work_limit) {
  const Dfa left = dfa_of(a), right = dfa_of(b);
  want(0 <= state_limit && state_limit <= kMostStates, "state_limit");
  const Both how = difference ? Both::kDifference : Both::kIntersection;
  return object_of(released([&] { return combine(left, right, how, {state_limit, work_limit}); }));
}

py::tuple minimise_py(const py::tuple& a) {
  const Dfa dfa = dfa_of(a);
  return tuple_of(released([&] { return minimise(dfa); }));
}

Trie trie_py(const Array<uint8_t>& data, const Array<int64_t>& first, const Array<bool>& usable) {
  want_shape(data, {-1}, "data");
  want_shape(usable, {-1}, "usable");
  want_shape(first, {usable.shape(0) + 1}, "first");
  want(usable.shape(0) <= kMostStates && data.shape(0) < int64_t{1} << 31, "V or bytes");
  const auto bytes = owned(data);
  const auto offsets = owned(first);
  const auto own = span_of(offsets);
  want(own.front() == 0 && own.back() == bytes.shape(0) && std::is_sorted(own.begin(), own.end()), "first");
  const std::vector<uint8_t> flags = flags_of(usable);
  return released([&] { return make_trie(span_of(bytes), own, flags); });
}

py::object compile_py(const Trie& trie, const py::tuple& automaton, const Array<int32_t>& eos,
                      const Array<int32_t>& pad, int64_t work_limit) {
  want(work_limit >= 0, "work_limit");
  const Dfa dfa = dfa_of(automaton);
  want_shape(eos, {-1}, "eos");
  want_shape(pad, {-1}, "pad");
  const std::vector<int32_t> own_eos(eos.data(), eos.data() + eos.size());
  const std::vector<int32_t> own_pad(pad.data(), pad.data() + pad.size());
  const auto V = static_cast<int64_t>(trie.node_of.size());
  want(within(own_eos, 0, V) && within(own_pad, 0, V), "eos or pad");
  const auto g = released([&] { return compile_tokens(trie, dfa, own_eos, own_pad, work_limit); });
  if (!g) return py::none();
  const auto ints = [](const std::vector<int32_t>& numbers) { return array_from<int32_t>(numbers); };
  return py::make_tuple(ints(g->token_class), ints(g->set_first), ints(g->set_class), ints(g->edge_first),
                        ints(g->edge_next), ints(g->edge_set), array_from<bool>(g->accepting), ints(g->least),
                        g->start, g->end);
}

}  // namespace

void register_automata(py::module_& m);
void register_automata(py::module_& m) {
  using namespace py::literals;
  m.def("determinise", &determinise_py, "states"_a, "start"_a, "final"_a, "edges"_a.noconvert(), "free"_a.noconvert(),
        "state_limit"_a, "work_limit"_a);
  m.def("combine", &combine_py, "a"_a, "b"_a, "difference"_a, "state_limit"_a, "work_limit"_a);
  m.def("minimise", &minimise_py, "a"_a);
  py::class_<Trie>(m, "Trie")
      .def(py::init(&trie_py), "data"_a.noconvert(), "first"_a.noconvert(), "usable"_a.noconvert())
      .def_property_readonly("nodes", [](const Trie& trie) { return trie.byte.size(); });
  m.def("compile_tokens", &compile_py, "trie"_a, "dfa"_a, "eos"_a.noconvert(), "pad"_a.noconvert(), "work_limit"_a);
}

}  // namespace vmd
