// gradient.cpp -- the denoiser's loops, forward and back, on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; vmdsolve/kernels/gradient.py
// has the words. `forward` gives None when x holds a forbidden value.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "bind/arrays.hpp"     // defines: Array, want, want_shape
#include "bind/interrupt.hpp"  // defines: released
#include "denoise/gradient.hpp"
#include "denoise/path.hpp"  // defines: DenoiseStack

namespace py = pybind11;

namespace vmd {
namespace {

constexpr int64_t kMaxLoops = 65'536;  // of each sort; kernels/denoise.py: MAX_LOOPS

int64_t kept_bytes(const DenoiseGradient& kernel, int64_t supervised, int path) {
  want(supervised >= 1 && supervised <= kMaxLoops, "supervised");
  return kernel.kept_bytes(supervised, path);
}

std::unique_ptr<DenoiseGradient> make(const std::shared_ptr<Structure>& structure, int64_t H, int64_t M, int64_t N,
                                      bool cells, bool symbols) {
  want(structure != nullptr, "structure");
  DenoiseSizes sizes{H, M, N, 0, structure->R()};
  if (cells) sizes.cells = structure->L();
  if (symbols) sizes.symbols = structure->V();
  return std::make_unique<DenoiseGradient>(structure, sizes);
}

/// The arguments that both ways share, checked.
DenoiseStack stack_of(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                      const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept, int path,
                      int64_t fade) {
  want(fade >= 0, "fade");
  want_shape(x, {-1, kernel.structure().L}, "x");
  const int64_t B = x.shape(0);
  want_shape(tables, {kernel.tables()}, "tables");
  want_shape(latent, {B, kernel.latent()}, "latent");
  want(free >= 0 && free <= kMaxLoops, "free");
  const int64_t bytes = kept_bytes(kernel, supervised, path);  // of a board; all of them may be more than there are numbers
  want(B == 0 || kept.size() / B >= bytes, "size of kept");
  want(reinterpret_cast<uintptr_t>(kept.data()) % alignof(float) == 0, "alignment of kept");  // it will hold floats
  return {B, x.data(), tables.data(), latent.data(), free, supervised, kept.mutable_data(), nullptr, {}, fade};
}

py::object forward(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                   const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept, int threads, int path,
                   const std::optional<Array<uint64_t>>& keys, float begin_noise, float path_noise,
                   int64_t fade) {
  DenoiseStack stack = stack_of(kernel, x, tables, latent, free, supervised, kept, path, fade);
  if (keys) {
    want_shape(*keys, {stack.B}, "keys");
    stack.noise = {keys->data(), begin_noise, path_noise};
  }
  Array<float> logits({supervised, stack.B, kernel.structure().L, kernel.structure().V});
  float* const to = logits.mutable_data();
  if (!released([&] { return kernel.forward(stack, to, threads, path); })) return py::none();
  return logits;
}

py::tuple backward(const DenoiseGradient& kernel, const Array<int32_t>& x, const Array<float>& tables,
                   const Array<float>& latent, int64_t free, int64_t supervised, Array<char>& kept,
                   const Array<float>& d_logits, int threads, int path, int64_t fade) {
  const DenoiseStack stack = stack_of(kernel, x, tables, latent, free, supervised, kept, path, fade);
  want_shape(d_logits, {supervised, stack.B, kernel.structure().L, kernel.structure().V}, "d_logits");
  Array<float> d_tables(kernel.tables()), d_latent({stack.B, kernel.latent()});
  float *const tables_to = d_tables.mutable_data(), *const latent_to = d_latent.mutable_data();
  released([&] { kernel.backward(stack, d_logits.data(), tables_to, latent_to, threads, path); });
  return py::make_tuple(d_tables, d_latent);
}

}  // namespace

void register_gradient(py::module_& m);
void register_gradient(py::module_& m) {
  using namespace py::literals;
  py::class_<DenoiseGradient>(m, "DenoiseGradient")
      .def(py::init(&make), "structure"_a, py::kw_only(), "H"_a, "M"_a, "N"_a, "cells"_a, "symbols"_a)
      .def_property_readonly("tables", [](const DenoiseGradient& kernel) { return kernel.tables(); })
      .def_property_readonly("latent", [](const DenoiseGradient& kernel) { return kernel.latent(); })
      .def("kept_bytes", &kept_bytes, "supervised"_a, "path"_a)
      .def("forward", &forward, "x"_a.noconvert(), "tables"_a.noconvert(), "latent"_a.noconvert(), "free"_a,
           "supervised"_a, "kept"_a.noconvert(), "threads"_a, "path"_a,
           "keys"_a.noconvert() = py::none(), "begin_noise"_a = 0.0f, "path_noise"_a = 0.0f,
           "fade"_a = 0)
      .def("backward", &backward, "x"_a.noconvert(), "tables"_a.noconvert(), "latent"_a.noconvert(), "free"_a,
           "supervised"_a, "kept"_a.noconvert(), "d_logits"_a.noconvert(), "threads"_a, "path"_a, "fade"_a = 0);
}

}  // namespace vmd
