// canvas.cpp -- grammars over tokens and their posteriors, as classes on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here; messages for people are made in vmdsolve/canvas/law.py. Logits
// are not copied: they are the largest by far, and only added up. A live logit that is NaN or +inf gives None.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "bind/arrays.hpp"     // defines: Array, want, want_shape
#include "bind/canvas.hpp"     // defines: CanvasGrammar
#include "bind/interrupt.hpp"  // defines: released
#include "canvas/edges.hpp"
#include "canvas/sums.hpp"
#include "support/checks.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

CanvasGrammar make_grammar(const Array<int32_t>& token_class, const Array<int32_t>& set_first,
                           const Array<int32_t>& set_class, const Array<int32_t>& edge_first,
                           const Array<int32_t>& edge_next, const Array<int32_t>& edge_set,
                           const py::object& edge_weight, const Array<int32_t>& least) {
  for (const auto* array : {&token_class, &set_first, &set_class, &edge_first, &edge_next, &edge_set, &least})
    want_shape(*array, {-1}, "an array of the grammar");
  Array<float> weight;
  if (!edge_weight.is_none()) weight = array_of<float>(edge_weight, "edge_weight", {edge_next.size()});
  const auto first = owned(token_class), sets = owned(set_first), of_sets = owned(set_class),
             edges = owned(edge_first);
  const auto next = owned(edge_next), by = owned(edge_set), fewest = owned(least);
  if (!edge_weight.is_none()) weight = owned(weight);
  return {std::make_shared<const Grammar>(span_of(first), span_of(sets), span_of(of_sets), span_of(edges),
                                          span_of(next), span_of(by),
                                          edge_weight.is_none() ? nullptr : weight.data(), span_of(fewest))};
}

/// Logits [R,V], float32 or the bits of bfloat16, and what the rows hold.
struct RowsOf {
  RowsOf(const Grammar& g, const py::array& logits, const Array<int32_t>& held_, float temperature)
      : held(owned(held_)) {
    want_shape(logits, {-1, g.V}, "logits");
    want((logits.flags() & py::array::c_style) != 0, "logits: wanted C-contiguous");
    const bool bf16 = logits.dtype().equal(py::dtype::of<uint16_t>());
    want(bf16 || logits.dtype().equal(py::dtype::of<float>()),
         "logits: wanted float32, or uint16 that are bfloat16");
    want_shape(held_, {logits.shape(0)}, "held");
    for (const int32_t token : span_of(held)) want(token < g.V, "held: a token beyond V");
    want(temperature >= 1e-6f && temperature <= 1e6f, "temperature");
    rows = {logits.shape(0), logits.data(), bf16, held.data(), temperature};
  }
  Array<int32_t> held;
  CanvasRows rows;
};

py::object class_numbers(const CanvasGrammar& self, const py::array& logits, const Array<int32_t>& held,
                         float temperature, bool sums, int threads, int path) {
  const Grammar& g = *self.grammar;
  const RowsOf of(g, logits, held, temperature);
  want(path < canvas_paths(), "path");
  Array<double> out({of.rows.R, g.C});
  double* const to = out.mutable_data();
  const auto work = [&] {
    return sums ? class_sums(g, of.rows, to, threads, path) : class_bests(g, of.rows, to, threads, path);
  };
  if (!released(work)) return py::none();
  return out;
}

/// `out` is written in place, unless it is None: float32 [R,V]. Returns entropies [R], if they are wanted.
py::object marginals_py(const CanvasGrammar& self, const py::array& logits, const Array<int32_t>& held,
                        float temperature, const Array<float>& offset, float floor, const py::object& out,
                        bool entropies, int threads) {
  const Grammar& g = *self.grammar;
  const RowsOf of(g, logits, held, temperature);
  want_shape(offset, {of.rows.R, g.C}, "offset");
  const auto own = owned(offset);
  Array<float> to;
  if (!out.is_none()) {
    to = array_of<float>(out, "out", {of.rows.R, g.V});
    want(to.writeable(), "out: wanted an array that can be written to");
  }
  Array<double> entropy(entropies ? of.rows.R : 0);
  float* const numbers = out.is_none() ? nullptr : to.mutable_data();
  double* const nats = entropies ? entropy.mutable_data() : nullptr;
  released([&] { marginals(g, of.rows, own.data(), floor, numbers, nats, threads); });
  if (!entropies) return py::none();
  return entropy;
}

void want_room(const Grammar& g, int64_t B, int64_t L) {
  want(L >= 1 && L <= kMaxCells && B <= kMaxLattice, "B or L");
  want(B * (L + 1) <= kMaxLattice / (std::max({g.Q, g.C, g.N}) + 2 * kLanes),
       "boards times cells times states, classes or sets");
}

py::tuple best_py(const CanvasGrammar& self, const Array<double>& bests, const Array<int32_t>& start,
                  const Array<int64_t>& left, int threads) {
  const Grammar& g = *self.grammar;
  want_shape(bests, {-1, -1, g.C}, "bests");
  const int64_t B = bests.shape(0), L = bests.shape(1);
  want_room(g, B, L);
  want_shape(start, {B}, "start");
  want_shape(left, {B}, "left");
  const auto own = owned(bests);
  const auto own_start = owned(start);
  const auto own_left = owned(left);
  for (const int32_t q : span_of(own_start)) want(q >= 0 && q < g.Q, "start");
  for (const int64_t n : span_of(own_left)) want(n >= 0 && n <= std::numeric_limits<int32_t>::max(), "left");
  Array<int32_t> classes({B, L});
  Array<double> score(B);
  int32_t* const to = classes.mutable_data();
  double* const scores = score.mutable_data();
  released([&] { best_walk(g, B, L, own.data(), own_start.data(), own_left.data(), to, scores, threads); });
  return py::make_tuple(classes, score);
}

/// A token of the class of each row; sums None: the best, else one drawn by words of (seed, key, turn, cell).
Array<int32_t> tokens_py(const CanvasGrammar& self, const py::array& logits, const Array<int32_t>& held,
                         float temperature, const Array<int32_t>& classes, const py::object& sums,
                         uint64_t seed, const Array<uint64_t>& key, uint32_t turn, int threads) {
  const Grammar& g = *self.grammar;
  const RowsOf of(g, logits, held, temperature);
  const int64_t R = of.rows.R, B = key.size(), L = B > 0 ? R / B : 0;
  want_shape(key, {-1}, "key");
  want(B * L == R && L <= kMaxCells, "key: wanted one for each board");
  want_shape(classes, {R}, "classes");
  const auto own = owned(classes);
  for (const int32_t c : span_of(own)) want(c >= -1 && c < g.C, "classes: a number that is no class");
  Array<double> of_sums;
  if (!sums.is_none()) of_sums = array_of<double>(sums, "sums", {R, g.C});
  Array<int32_t> out(R);
  int32_t* const to = out.mutable_data();
  const double* const from = sums.is_none() ? nullptr : of_sums.data();
  released([&] {
    parallel_for(R, threads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int32_t c = own.data()[r];
        if (c < 0) {
          to[r] = -1;
        } else if (from == nullptr) {
          to[r] = best_token(g, of.rows, r, c);
        } else {
          const Words words = canvas_words(seed, key.data()[r / L], turn, r % L, 1);
          to[r] = draw_token(g, of.rows, r, c, from[r * g.C + c], uniform53(words.w[0], words.w[1]));
        }
      }
    });
  });
  return out;
}

Array<int32_t> bits_py(const CanvasGrammar& self, const Array<bool>& legal) {
  const Grammar& g = *self.grammar;
  want_shape(legal, {-1, g.C}, "legal");
  Array<int32_t> out({legal.shape(0), (g.V + 31) / 32});
  token_bits(g, legal.shape(0), legal.data(), out.mutable_data());
  return out;
}

std::unique_ptr<CanvasLattice> make_lattice(const CanvasGrammar& grammar, const Array<double>& sums,
                                            const Array<int32_t>& start, const Array<int64_t>& left,
                                            int threads) {
  const Grammar& g = *grammar.grammar;
  want_shape(sums, {-1, -1, g.C}, "sums");
  const int64_t B = sums.shape(0), L = sums.shape(1);
  want_room(g, B, L);
  want_shape(start, {B}, "start");
  want_shape(left, {B}, "left");
  const auto own_start = owned(start);
  const auto own_left = owned(left);
  for (const int32_t q : span_of(own_start)) want(q >= 0 && q < g.Q, "start");
  for (const int64_t n : span_of(own_left)) want(n >= 0 && n <= std::numeric_limits<int32_t>::max(), "left");
  std::vector<double> own(sums.data(), sums.data() + sums.size());
  return released([&] {
    return std::make_unique<CanvasLattice>(grammar.grammar, B, L, std::move(own), own_start.data(), own_left.data(),
                                           threads);
  });
}

}  // namespace

void register_canvas(py::module_& m);
void register_canvas(py::module_& m) {
  using namespace py::literals;
  py::class_<CanvasGrammar>(m, "CanvasGrammar")
      .def(py::init(&make_grammar), "token_class"_a.noconvert(), "set_first"_a.noconvert(),
           "set_class"_a.noconvert(), "edge_first"_a.noconvert(), "edge_next"_a.noconvert(),
           "edge_set"_a.noconvert(), "edge_weight"_a, "least"_a.noconvert())
      .def("numbers", &class_numbers, "logits"_a, "held"_a.noconvert(), "temperature"_a, "sums"_a, "threads"_a,
           "path"_a = -1)
      .def("marginals", &marginals_py, "logits"_a, "held"_a.noconvert(), "temperature"_a,
           "offset"_a.noconvert(), "floor"_a, "out"_a, "entropies"_a, "threads"_a)
      .def("best", &best_py, "bests"_a.noconvert(), "start"_a.noconvert(), "left"_a.noconvert(), "threads"_a)
      .def("tokens", &tokens_py, "logits"_a, "held"_a.noconvert(), "temperature"_a, "classes"_a.noconvert(),
           "sums"_a, "seed"_a, "key"_a.noconvert(), "turn"_a, "threads"_a)
      .def("bits", &bits_py, "legal"_a.noconvert());
  py::class_<CanvasLattice>(m, "CanvasLattice")
      .def(py::init(&make_lattice), "grammar"_a, "sums"_a.noconvert(), "start"_a.noconvert(),
           "left"_a.noconvert(), "threads"_a)
      .def("log_z",
           [](const CanvasLattice& self) {
             Array<double> out(self.B());
             self.log_z(out.mutable_data());
             return out;
           })
      .def("impossible",
           [](const CanvasLattice& self) {
             Array<int64_t> out(self.B());
             self.impossible(out.mutable_data());
             return out;
           })
      .def(
          "offsets",
          [](const CanvasLattice& self, int threads) {
            Array<float> out({self.B(), self.L(), self.grammar().C});
            float* const to = out.mutable_data();
            released([&] { self.offsets(to, threads); });
            return out;
          },
          "threads"_a)
      .def(
          "walk",
          [](const CanvasLattice& self, uint64_t seed, const Array<uint64_t>& key, uint32_t turn, int threads) {
            want_shape(key, {self.B()}, "key");
            Array<int32_t> out({self.B(), self.L()});
            int32_t* const to = out.mutable_data();
            released([&] { self.walk(seed, key.data(), turn, to, threads); });
            return out;
          },
          "seed"_a, "key"_a.noconvert(), "turn"_a, "threads"_a);
  m.def("canvas_paths", &canvas_paths);
}

}  // namespace vmd
