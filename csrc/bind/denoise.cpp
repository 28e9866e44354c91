// denoise.cpp -- the denoiser as a class on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for people are
// made in vmdsolve/kernels/denoise.py, which has already looked. A call whose x holds a forbidden value gives None.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <stdexcept>

#include "bind/weights.hpp"  // defines: make_denoiser

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;

py::object call(const Denoise& denoise, const Array<int32_t>& x, const Array<float>& z, int64_t loops, int threads,
                int path) {
  const DenoiseSizes& s = denoise.sizes();
  if (x.ndim() != 2 || x.shape(1) != s.L) throw std::invalid_argument("shape of x");
  if (z.ndim() != 2 || z.shape(0) != x.shape(0) || z.shape(1) != s.D) throw std::invalid_argument("shape of z");
  if (loops < 1) throw std::invalid_argument("loops");
  Array<float> logits({static_cast<int64_t>(x.shape(0)), s.L, s.V});
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = denoise.run(x.shape(0), x.data(), z.data(), loops, logits.mutable_data(), threads, path);
  }
  if (!good) return py::none();
  return logits;
}

}  // namespace

void register_denoise(py::module_& m);
void register_denoise(py::module_& m) {
  using namespace py::literals;
  m.def("denoise_paths", &denoise_paths);
  py::class_<Denoise>(m, "Denoise")
      .def(py::init(&make_denoiser<Denoise>), "L"_a, "V"_a, "H"_a, "M"_a, "N"_a, "D"_a, "weights"_a, "offsets"_a, "cells"_a, "spans"_a)
      .def("__call__", &call, "x"_a.noconvert(), "z"_a.noconvert(), "loops"_a, "threads"_a, "path"_a);
}

}  // namespace vmd
