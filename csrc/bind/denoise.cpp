// denoise.cpp -- structures, and the denoiser as a class on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for people are
// made in vmdsolve/kernels/denoise.py, which has already looked. A call whose x holds a forbidden value gives None.
// x is copied: what its values are must still be so when boards look at them.
#include <pybind11/pybind11.h>

#include "bind/interrupt.hpp"  // defines: released
#include "bind/weights.hpp"    // defines: make_denoiser
#include "denoise/amx.hpp"     // defines: no_amx

namespace py = pybind11;

namespace vmd {
namespace {

std::shared_ptr<Structure> make_structure(int64_t L, int64_t V, const std::vector<int64_t>& offsets,
                                          const std::vector<int64_t>& cells, const std::vector<int64_t>& spans,
                                          const std::vector<float>& weights) {
  return std::make_shared<Structure>(L, V, DenoiseUnits{offsets, cells, spans, weights});
}

/// Logits, loops spent, and which boards were finished.
py::object call(const Denoise& denoise, const Structure& structure, const Array<int32_t>& x, const Array<float>& z,
                int64_t loops, const Peers* peers, const Counts* counts, double time_limit, int threads, int path,
                const std::optional<Array<uint64_t>>& keys, float begin_noise, float path_noise,
                int64_t fade) {
  want_shape(x, {-1, structure.L()}, "x");
  const int64_t B = x.shape(0);
  want_shape(z, {B, denoise.sizes().D}, "z");
  want(loops >= 1 && loops <= std::numeric_limits<int32_t>::max(), "loops");
  want(fade >= 0, "fade");
  want(time_limit >= 0, "time_limit");  // NaN is not
  const Array<int32_t> tokens = owned(x);
  std::optional<Array<uint64_t>> held;
  DenoiseNoise noise;
  if (keys) {
    want_shape(*keys, {B}, "keys");
    held = owned(*keys);
    noise = {held->data(), begin_noise, path_noise};
  }
  Array<float> logits({B, structure.L(), structure.V()});
  Array<int32_t> spent(B);
  Array<bool> finished(B);
  const DenoiseRun how{loops, peers, counts, time_limit, threads, path, noise, fade};
  const DenoiseResults out{logits.mutable_data(), spent.mutable_data(), finished.mutable_data()};
  if (!released([&] { return denoise.run(structure, B, tokens.data(), z.data(), how, out); })) return py::none();
  return py::make_tuple(logits, spent, finished);
}

}  // namespace

void register_denoise(py::module_& m);
void register_denoise(py::module_& m) {
  using namespace py::literals;
  m.def("denoise_paths", &denoise_paths);
  m.def("rounding_denoise_paths", &rounding_denoise_paths);
  m.def("fastest_denoise_path", &fastest_denoise_path, "may_round"_a);
  m.def("no_amx", &no_amx);
  m.attr("settle_every") = kSettleEvery;
  py::class_<Structure, std::shared_ptr<Structure>>(m, "Structure")
      .def(py::init(&make_structure), "L"_a, "V"_a, "offsets"_a, "cells"_a, "spans"_a,
           "weights"_a = std::vector<float>{});
  py::class_<Denoise>(m, "Denoise")
      .def(py::init(&make_denoiser<Denoise>), "weights"_a)
      .def("__call__", &call, "structure"_a, "x"_a.noconvert(), "z"_a.noconvert(), py::kw_only(), "loops"_a, "peers"_a,
           "counts"_a = py::none(), "time_limit"_a, "threads"_a, "path"_a, "keys"_a.noconvert() = py::none(),
           "begin_noise"_a = 0.0f, "path_noise"_a = 0.0f, "fade"_a = 0);
}

}  // namespace vmd
