// denoise.cpp -- structures, and the denoiser as a class on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for people are
// made in vmdsolve/kernels/denoise.py, which has already looked. A call whose x holds a forbidden value gives None.
#include <pybind11/pybind11.h>

#include "bind/interrupt.hpp"  // defines: released
#include "bind/weights.hpp"    // defines: make_denoiser

namespace py = pybind11;

namespace vmd {
namespace {

std::shared_ptr<Structure> make_structure(int64_t L, int64_t V, const std::vector<int64_t>& offsets,
                                          const std::vector<int64_t>& cells, const std::vector<int64_t>& spans) {
  return std::make_shared<Structure>(L, V, DenoiseUnits{offsets, cells, spans});
}

py::object call(const Denoise& denoise, const Structure& structure, const Array<int32_t>& x, const Array<float>& z,
                int64_t loops, int threads, int path) {
  want_shape(x, {-1, structure.L()}, "x");
  const int64_t B = x.shape(0);
  want_shape(z, {B, denoise.sizes().D}, "z");
  want(loops >= 1, "loops");
  Array<float> logits({B, structure.L(), structure.V()});
  const auto run = [&] {
    return denoise.run(structure, B, x.data(), z.data(), loops, logits.mutable_data(), threads, path);
  };
  if (!released(run)) return py::none();
  return logits;
}

}  // namespace

void register_denoise(py::module_& m);
void register_denoise(py::module_& m) {
  using namespace py::literals;
  m.def("denoise_paths", &denoise_paths);
  py::class_<Structure, std::shared_ptr<Structure>>(m, "Structure")
      .def(py::init(&make_structure), "L"_a, "V"_a, "offsets"_a, "cells"_a, "spans"_a);
  py::class_<Denoise>(m, "Denoise")
      .def(py::init(&make_denoiser<Denoise>), "weights"_a)
      .def("__call__", &call, "structure"_a, "x"_a.noconvert(), "z"_a.noconvert(), py::kw_only(), "loops"_a, "threads"_a,
           "path"_a);
}

}  // namespace vmd
