// gradient.cpp -- the denoiser's loops, forward and back, on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; vmdsolve/kernels/gradient.py
// has the words. `forward` gives None when x holds a forbidden value.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <stdexcept>

#include "denoise/gradient.hpp"
#include "denoise/path.hpp"  // defines: DenoiseStack

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

std::unique_ptr<DenoiseGradient> make(int64_t L, int64_t V, int64_t H, int64_t M, int64_t N, bool positions,
                                      const std::vector<int64_t>& offsets, const std::vector<int64_t>& cells,
                                      const std::vector<int64_t>& spans) {
  want(!offsets.empty() && !spans.empty(), "offsets or spans");
  const auto R = static_cast<int64_t>(spans.size()) - 1;
  return std::make_unique<DenoiseGradient>(DenoiseSizes{L, V, H, M, N, 0, R}, positions,
                                           DenoiseUnits{offsets, cells, spans});
}

/// The arguments that both ways share, checked.
DenoiseStack stack_of(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                      const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept, int path) {
  const DenoiseSizes& s = kernel.sizes();
  want(x.ndim() == 2 && x.shape(1) == s.L, "shape of x");
  const int64_t B = x.shape(0);
  want(tables.ndim() == 1 && tables.shape(0) == kernel.tables(), "shape of tables");
  want(latent.ndim() == 2 && latent.shape(0) == B && latent.shape(1) == kernel.latent(), "shape of latent");
  want(free >= 0 && supervised >= 1, "free or supervised");
  want(kept.size() >= B * kernel.kept_bytes(supervised, path), "size of kept");
  return {B, x.data(), tables.data(), latent.data(), free, supervised, kept.mutable_data()};
}

py::object forward(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                   const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept, int threads, int path) {
  const DenoiseStack stack = stack_of(kernel, x, tables, latent, free, supervised, kept, path);
  Array<float> logits({supervised, stack.B, kernel.sizes().L, kernel.sizes().V});
  bool good = false;
  {
    const py::gil_scoped_release release;
    good = kernel.forward(stack, logits.mutable_data(), threads, path);
  }
  if (!good) return py::none();
  return logits;
}

py::tuple backward(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                   const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept,
                   const Array<float>& d_logits, int threads, int path) {
  const DenoiseStack stack = stack_of(kernel, x, tables, latent, free, supervised, kept, path);
  const DenoiseSizes& s = kernel.sizes();
  want(d_logits.ndim() == 4 && d_logits.shape(0) == supervised && d_logits.shape(1) == stack.B &&
           d_logits.shape(2) == s.L && d_logits.shape(3) == s.V,
       "shape of d_logits");
  Array<float> d_tables(kernel.tables()), d_latent({stack.B, kernel.latent()});
  {
    const py::gil_scoped_release release;
    kernel.backward(stack, d_logits.data(), d_tables.mutable_data(), d_latent.mutable_data(), threads, path);
  }
  return py::make_tuple(d_tables, d_latent);
}

}  // namespace

void register_gradient(py::module_& m);
void register_gradient(py::module_& m) {
  using namespace py::literals;
  py::class_<DenoiseGradient>(m, "DenoiseGradient")
      .def(py::init(&make), "L"_a, "V"_a, "H"_a, "M"_a, "N"_a, "positions"_a, "offsets"_a, "cells"_a, "spans"_a)
      .def_property_readonly("tables", &DenoiseGradient::tables)
      .def_property_readonly("latent", &DenoiseGradient::latent)
      .def("kept_bytes", &DenoiseGradient::kept_bytes, "supervised"_a, "path"_a)
      .def("forward", &forward, "x"_a.noconvert(), "tables"_a.noconvert(), "latent"_a.noconvert(), "free"_a,
           "supervised"_a, "kept"_a.noconvert(), "threads"_a, "path"_a)
      .def("backward", &backward, "x"_a.noconvert(), "tables"_a.noconvert(), "latent"_a.noconvert(), "free"_a,
           "supervised"_a, "kept"_a.noconvert(), "d_logits"_a.noconvert(), "threads"_a, "path"_a);
}

}  // namespace vmd
