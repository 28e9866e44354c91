// kernels.cpp -- the kernels as functions on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for people are
// made in vmdsolve/kernels/, which has already looked. A kernel whose input holds a forbidden value returns None, and the
// caller finds out which.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "bind/arrays.hpp"  // defines: Array, want, want_shape
#include "bind/interrupt.hpp"  // defines: released
#include "kernels/candidates.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/counts.hpp"
#include "kernels/unmask.hpp"
#include "support/checks.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

std::unique_ptr<Peers> make_peers(int64_t L, const Array<int32_t>& offsets, const Array<int32_t>& cells) {
  want_shape(offsets, {-1}, "offsets");
  want_shape(cells, {-1}, "cells");
  const auto numbers = [](const Array<int32_t>& array) {
    return std::vector<int32_t>(array.data(), array.data() + array.size());
  };
  return std::make_unique<Peers>(L, numbers(offsets), numbers(cells));
}

std::unique_ptr<Counts> make_counts(int64_t L, const Array<int32_t>& offsets, const Array<int32_t>& cells,
                                    const Array<int32_t>& symbols, const Array<int32_t>& least,
                                    const Array<int32_t>& most) {
  const auto numbers = [](const Array<int32_t>& array, const char* name) {
    want_shape(array, {-1}, name);
    return std::vector<int32_t>(array.data(), array.data() + array.size());
  };
  return std::make_unique<Counts>(
      L, CountArrays{numbers(offsets, "offsets"), numbers(cells, "cells"), numbers(symbols, "symbols"),
                     numbers(least, "least"), numbers(most, "most")});
}

UnmaskRule make_rule(Order order, std::optional<float> threshold, float temperature, bool guard, float noise, uint64_t seed,
                     uint32_t step) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  want(!threshold || (*threshold > -infinity && *threshold < infinity), "threshold");
  want(temperature >= 0 && temperature < infinity, "temperature");
  want(noise >= 0 && noise < infinity, "noise");
  want(order >= Order::random && order <= Order::entropy, "order");  // Python's may be made of any number
  return {order, guard, temperature, noise, threshold.value_or(infinity), seed, step};
}

py::object candidates_py(const Array<int32_t>& x, const Array<SymbolSet>& allowed, const Peers& peers, int threads) {
  want_shape(x, {-1, peers.L()}, "x");
  const auto values = owned(x);
  const int64_t B = x.shape(0), L = peers.L();
  const bool per_board = allowed.ndim() == 2;
  want_shape(allowed, per_board ? Shape{B, L} : Shape{L}, "allowed");
  Array<SymbolSet> out({B, L});
  const CandidatesArgs args{B, L, values.data(), allowed.data(), per_board, out.mutable_data()};
  if (!released([&] { return candidates(args, peers, threads); })) return py::none();
  return out;
}

py::object conflicts_py(const Array<int32_t>& x, const Peers& peers, int threads) {
  want_shape(x, {-1, peers.L()}, "x");
  const auto values = owned(x);
  Array<bool> out({static_cast<int64_t>(x.shape(0)), peers.L()});
  const ConflictsArgs args{x.shape(0), peers.L(), values.data(), out.mutable_data()};
  if (!released([&] { return conflicts(args, peers, threads); })) return py::none();
  return out;
}

py::object unmask_py(const Array<float>& logits, const Array<int32_t>& x, const Array<SymbolSet>& candidates,
                     const Peers& peers, const UnmaskRule& rule, const std::optional<Array<int32_t>>& n_keep,
                     const Array<uint64_t>& key, int threads) {
  want_shape(logits, {-1, peers.L(), -1}, "logits");
  const int64_t B = logits.shape(0), L = peers.L(), V = logits.shape(2);
  want(V >= 1 && V <= kMaxSymbols, "V");
  want_shape(x, {B, L}, "x");
  want_shape(candidates, {B, L}, "candidates");
  want_shape(key, {B}, "key");
  if (n_keep) want_shape(*n_keep, {B}, "n_keep");
  const auto values = owned(x);
  const auto sets = owned(candidates);
  Array<int32_t> x_new({B, L});
  Array<bool> committed({B, L});
  Array<SymbolSet> candidates_new({B, L});
  UnmaskArgs args{};
  args.B = B, args.L = L, args.V = static_cast<int>(V), args.rule = rule;
  args.logits = logits.data(), args.x = values.data(), args.candidates = sets.data();
  args.n_keep = n_keep ? n_keep->data() : nullptr, args.key = key.data();
  args.x_new = x_new.mutable_data(), args.committed = committed.mutable_data();
  args.candidates_new = candidates_new.mutable_data();
  if (!released([&] { return unmask(args, peers, threads); })) return py::none();
  return py::make_tuple(x_new, committed, candidates_new);
}

/// For tests: a float32 function of one value, over an array.
template <class Function>
Array<float> map32(const Array<float>& in, const Function& function) {
  want_aligned(in, "x");
  Array<float> out(in.size());
  for (py::ssize_t i = 0; i < in.size(); ++i) out.mutable_data()[i] = function(in.data()[i]);
  return out;
}

}  // namespace

void register_kernels(py::module_& m);
void register_kernels(py::module_& m) {
  using namespace py::literals;
  py::class_<Peers>(m, "Peers")
      .def(py::init(&make_peers), "L"_a, "offsets"_a.noconvert(), "cells"_a.noconvert());
  py::class_<Counts>(m, "Counts")
      .def(py::init(&make_counts), "L"_a, "offsets"_a.noconvert(), "cells"_a.noconvert(), "symbols"_a.noconvert(),
           "least"_a.noconvert(), "most"_a.noconvert());
  py::enum_<Order> order(m, "Order");
  for (const OrderName& each : kOrders) order.value(each.name, each.order);
  py::class_<UnmaskRule>(m, "UnmaskRule")
      .def(py::init(&make_rule), py::kw_only(), "order"_a, "threshold"_a.none(true), "temperature"_a, "guard"_a, "noise"_a,
           "seed"_a, "step"_a);
  m.def("candidates", &candidates_py, "x"_a.noconvert(), "allowed"_a.noconvert(), "peers"_a, "threads"_a);
  m.def("conflicts", &conflicts_py, "x"_a.noconvert(), "peers"_a, "threads"_a);
  m.def("unmask", &unmask_py, "logits"_a.noconvert(), "x"_a.noconvert(), "candidates"_a.noconvert(), "peers"_a, py::kw_only(),
        "rule"_a, "n_keep"_a.noconvert().none(true), "key"_a.noconvert(), "threads"_a);
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
