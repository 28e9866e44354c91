// regular.cpp -- the kernel of regular.hpp as a function on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here; messages for people are made in vmdsolve/kernels/regular.py.
// An input that holds a forbidden value gives None.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <limits>

#include "bind/arrays.hpp"     // defines: Array, want, want_shape
#include "bind/interrupt.hpp"  // defines: released
#include "kernels/regular.hpp"
#include "support/checks.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

py::object regular_py(const Array<float>& logits, const Array<int32_t>& x, const Array<SymbolSet>& candidates,
                      const Array<int32_t>& cells, const Array<int32_t>& step, const Array<bool>& accept,
                      int32_t start, float temperature, uint64_t seed, const Array<uint64_t>& key, uint32_t turn,
                      int threads, int path) {
  want_shape(logits, {-1, -1, -1}, "logits");
  want_shape(cells, {-1}, "cells");
  want_shape(step, {-1, logits.shape(2)}, "step");
  const int64_t B = logits.shape(0), L = logits.shape(1), V = logits.shape(2), n = cells.shape(0), Q = step.shape(0);
  want(L >= 1 && L <= kMaxCells && V >= 1 && V <= kMaxSymbols, "L or V");
  want(n >= 1 && n <= L && Q >= 1 && Q <= kMaxStates && (n + 1) * Q <= kMaxTable, "n or Q");
  want_shape(x, {B, L}, "x");
  want_shape(candidates, {B, L}, "candidates");
  want_shape(accept, {Q}, "accept");
  want_shape(key, {B}, "key");
  want(temperature >= 0 && temperature < std::numeric_limits<float>::infinity(), "temperature");
  want(path < regular_paths(), "path");
  const auto own_logits = owned(logits);  // a draw walks along their sums
  const auto own_x = owned(x), own_cells = owned(cells), own_step = owned(step);
  const auto own_candidates = owned(candidates);
  Array<bool> own_accept(Q);  // views can make bools of bytes that are neither 0 nor 1
  const auto* flags = reinterpret_cast<const unsigned char*>(accept.data());
  std::transform(flags, flags + Q, own_accept.mutable_data(), [](unsigned char flag) { return flag != 0; });
  Array<int32_t> word({B, n});
  Array<float> log_p({B, n, V});
  Array<bool> found(B);
  RegularArgs a{};
  a.B = B, a.L = L, a.n = n, a.Q = Q, a.V = static_cast<int>(V);
  a.start = start, a.temperature = temperature, a.seed = seed, a.turn = turn;
  a.logits = own_logits.data(), a.x = own_x.data(), a.candidates = own_candidates.data(), a.cells = own_cells.data();
  a.step = own_step.data(), a.accept = own_accept.data(), a.key = key.data();
  a.word = word.mutable_data(), a.log_p = log_p.mutable_data(), a.found = found.mutable_data();
  if (!released([&] { return regular(a, threads, path); })) return py::none();
  return py::make_tuple(word, log_p, found);
}

}  // namespace

void register_regular(py::module_& m);
void register_regular(py::module_& m) {
  using namespace py::literals;
  m.def("regular", &regular_py, "logits"_a.noconvert(), "x"_a.noconvert(), "candidates"_a.noconvert(),
        "cells"_a.noconvert(), "step"_a.noconvert(), "accept"_a.noconvert(), "start"_a, "temperature"_a, "seed"_a,
        "key"_a.noconvert(), "turn"_a, "threads"_a, "path"_a = -1);
  m.def("regular_paths", &regular_paths);
}

}  // namespace vmd
