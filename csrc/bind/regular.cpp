// regular.cpp -- the kernel of regular.hpp as a function on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here; messages for people are made in vmdsolve/kernels/regular.py.
// An input that holds a forbidden value gives None.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "support/checks.hpp"
#include "kernels/regular.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;  // bound with noconvert: a wrong dtype is a TypeError

py::object regular_py(const Array<float>& logits, const Array<int32_t>& x, const Array<uint64_t>& sets,
                      const Array<int32_t>& cells, const Array<int32_t>& step, const Array<bool>& accept,
                      int32_t start, float temperature, uint64_t seed, const Array<uint64_t>& key, uint32_t turn,
                      int threads, int path) {
  if (logits.ndim() != 3 || step.ndim() != 2 || cells.ndim() != 1) throw std::invalid_argument("shape");
  RegularArgs a{};
  a.B = logits.shape(0), a.L = logits.shape(1), a.n = cells.shape(0), a.Q = step.shape(0);
  a.V = static_cast<int>(std::min<py::ssize_t>(logits.shape(2), kMaxSymbols + 1));
  const auto is = [](const py::array& array, std::initializer_list<int64_t> shape) {
    return array.ndim() == static_cast<py::ssize_t>(shape.size()) &&
           std::equal(shape.begin(), shape.end(), array.shape());
  };
  if (a.L < 1 || a.L > kMaxCells || a.V < 1 || a.V > kMaxSymbols || a.n < 1 || a.n > a.L || a.Q < 1 ||
      a.Q > kMaxStates || (a.n + 1) * a.Q > kMaxTable || !is(x, {a.B, a.L}) || !is(sets, {a.B, a.L}) || !is(step, {a.Q, a.V}) ||
      !is(accept, {a.Q}) || !is(key, {a.B}))
    throw std::invalid_argument("shape");
  if (!(temperature >= 0 && temperature < std::numeric_limits<float>::infinity()))
    throw std::invalid_argument("temperature");
  if (path >= regular_paths()) throw std::invalid_argument("path");
  Array<int32_t> word({a.B, a.n});
  Array<float> log_p({a.B, a.n, int64_t{a.V}});
  Array<bool> found(a.B);
  a.start = start, a.temperature = temperature, a.seed = seed, a.turn = turn;
  a.logits = logits.data(), a.x = x.data(), a.candidates = sets.data(), a.cells = cells.data();
  a.step = step.data(), a.accept = accept.data(), a.key = key.data();
  a.word = word.mutable_data(), a.log_p = log_p.mutable_data(), a.found = found.mutable_data();
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = regular(a, threads, path);
  }
  if (!good) return py::none();
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
