// kernels.cpp -- the kernels as functions on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for
// people are made in vmdsolve/kernels/__init__.py, which has already looked. A kernel whose input holds a
// forbidden value returns None, and the caller finds out which.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include "kernels/candidates.hpp"
#include "support/checks.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/unmask.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;  // bound with noconvert: a wrong dtype is a TypeError

template <class T>
void want_shape(const Array<T>& array, std::initializer_list<int64_t> shape, const char* name) {
  bool same = array.ndim() == static_cast<py::ssize_t>(shape.size());
  py::ssize_t axis = 0;
  for (const int64_t n : shape) same = same && array.shape(axis++) == n;
  if (!same) throw std::invalid_argument(std::string("shape of ") + name);
}

/// B and L of x, P of peers.
struct Sizes {
  Sizes(const Array<int32_t>& x, const Array<int32_t>& peers) {
    if (x.ndim() != 2 || peers.ndim() != 2) throw std::invalid_argument("shape of x or peers");
    B = x.shape(0), L = x.shape(1), P = peers.shape(1);
    if (L < 1 || L > kMaxCells) throw std::invalid_argument("L");
    want_shape(peers, {L, P}, "peers");
  }
  int64_t B, L, P;
};

py::object candidates_py(const Array<int32_t>& x, const Array<uint64_t>& allowed, const Array<int32_t>& peers,
                         int threads) {
  const Sizes s(x, peers);
  const bool per_board = allowed.ndim() == 2;
  if (per_board)
    want_shape(allowed, {s.B, s.L}, "allowed");
  else
    want_shape(allowed, {s.L}, "allowed");
  Array<uint64_t> out({s.B, s.L});
  const CandidatesArgs args{s.B,       s.L,          s.P,
                            x.data(),  allowed.data(), per_board,
                            peers.data(), out.mutable_data()};
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = candidates(args, threads);
  }
  if (!good) return py::none();
  return out;
}

py::object conflicts_py(const Array<int32_t>& x, const Array<int32_t>& peers, int threads) {
  const Sizes s(x, peers);
  Array<bool> out({s.B, s.L});
  const ConflictsArgs args{s.B, s.L, s.P, x.data(), peers.data(), out.mutable_data()};
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = conflicts(args, threads);
  }
  if (!good) return py::none();
  return out;
}

py::object unmask_py(const Array<float>& logits, const Array<int32_t>& x, const Array<uint64_t>& sets,
                     const Array<int32_t>& peers, int order, const std::optional<Array<int32_t>>& n_keep,
                     std::optional<float> threshold, float temperature, bool guard, float noise,
                     uint64_t seed, const Array<uint64_t>& key, uint32_t step, int threads) {
  const Sizes s(x, peers);
  if (logits.ndim() != 3) throw std::invalid_argument("shape of logits");
  const int64_t V = logits.shape(2);
  if (V < 1 || V > kMaxSymbols) throw std::invalid_argument("V");
  want_shape(logits, {s.B, s.L, V}, "logits");
  want_shape(sets, {s.B, s.L}, "candidates");
  want_shape(key, {s.B}, "key");
  if (n_keep) want_shape(*n_keep, {s.B}, "n_keep");
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (order < 0 || order > 3) throw std::invalid_argument("order");
  if (!n_keep && !threshold) throw std::invalid_argument("n_keep or threshold");
  if (threshold && !(*threshold > -infinity && *threshold < infinity)) throw std::invalid_argument("threshold");
  if (!(temperature >= 0 && temperature < infinity)) throw std::invalid_argument("temperature");
  if (!(noise >= 0 && noise < infinity)) throw std::invalid_argument("noise");

  Array<int32_t> x_new({s.B, s.L});
  Array<bool> committed({s.B, s.L});
  Array<uint64_t> sets_new({s.B, s.L});
  UnmaskArgs args{};
  args.B = s.B, args.L = s.L, args.P = s.P, args.V = static_cast<int>(V);
  args.logits = logits.data(), args.x = x.data(), args.candidates = sets.data(), args.peers = peers.data();
  args.n_keep = n_keep ? n_keep->data() : nullptr, args.key = key.data();
  args.rule = {static_cast<Order>(order), guard, temperature, noise, threshold.value_or(infinity), seed, step};
  args.x_new = x_new.mutable_data(), args.committed = committed.mutable_data();
  args.candidates_new = sets_new.mutable_data();
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = unmask(args, threads);
  }
  if (!good) return py::none();
  return py::make_tuple(x_new, committed, sets_new);
}

/// For tests: a float32 function of one value, over an array.
template <class Function>
Array<float> map32(const Array<float>& in, const Function& function) {
  Array<float> out(in.size());
  for (py::ssize_t i = 0; i < in.size(); ++i) out.mutable_data()[i] = function(in.data()[i]);
  return out;
}

}  // namespace

void register_kernels(py::module_& m);
void register_kernels(py::module_& m) {
  using namespace py::literals;
  m.def("candidates", &candidates_py, "x"_a.noconvert(), "allowed"_a.noconvert(), "peers"_a.noconvert(),
        "threads"_a);
  m.def("conflicts", &conflicts_py, "x"_a.noconvert(), "peers"_a.noconvert(), "threads"_a);
  m.def("unmask", &unmask_py, "logits"_a.noconvert(), "x"_a.noconvert(), "candidates"_a.noconvert(),
        "peers"_a.noconvert(), "order"_a, "n_keep"_a.noconvert().none(true), "threshold"_a.none(true),
        "temperature"_a, "guard"_a, "noise"_a, "seed"_a, "key"_a.noconvert(), "step"_a, "threads"_a);
  m.def(
      "philox",
      [](const std::array<uint32_t, 4>& counter, const std::array<uint32_t, 2>& key) {
        const Words out = philox({{counter[0], counter[1], counter[2], counter[3]}}, key[0], key[1]);
        return std::array<uint32_t, 4>{out.w[0], out.w[1], out.w[2], out.w[3]};
      },
      "counter"_a, "key"_a);
  m.def("exp32", [](const Array<float>& x) { return map32(x, [](float v) { return exp32(v); }); },
        "x"_a.noconvert());
  m.def("log32", [](const Array<float>& x) { return map32(x, [](float v) { return log32(v); }); },
        "x"_a.noconvert());
}

}  // namespace vmd
