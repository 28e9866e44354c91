// bind_denoise.cpp -- the denoiser as a class on NumPy arrays.
//
// Shapes, dtypes and contiguity are checked here, so that no call can read outside an array; messages for people are
// made in vmdsolve/kernels/denoise.py, which has already looked. A call whose x holds a forbidden value gives None.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>

#include "denoise.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;
using Weights = std::map<std::string, Array<float>>;

/// The floats of weight `name`, if it is there and has this shape.
const float* weight(const Weights& weights, const char* name, std::initializer_list<int64_t> shape) {
  const auto found = weights.find(name);
  bool same = found != weights.end() && found->second.ndim() == static_cast<py::ssize_t>(shape.size());
  py::ssize_t axis = 0;
  for (const int64_t n : shape) same = same && found->second.shape(axis++) == n;
  if (!same) throw std::invalid_argument(std::string("shape of ") + name);
  return found->second.data();
}

std::unique_ptr<Denoise> make(int64_t L, int64_t V, int64_t H, int64_t M, int64_t N, int64_t D, const Weights& weights,
                              const std::vector<int64_t>& offsets, const std::vector<int64_t>& cells,
                              const std::vector<int64_t>& spans) {
  if (offsets.empty() || spans.empty()) throw std::invalid_argument("offsets or spans");
  const auto R = static_cast<int64_t>(spans.size()) - 1;
  const auto take = [&](const char* name, std::initializer_list<int64_t> shape) { return weight(weights, name, shape); };
  const bool positions = weights.count("cell") > 0;
  const DenoiseWeights w{take("state", {3, H}),
                         positions ? take("cell", {L, H}) : nullptr,
                         positions ? take("symbol", {V, H}) : nullptr,
                         take("inject", {N, H}),
                         take("inject_bias", {N}),
                         take("norm", {H}),
                         take("norm_bias", {H}),
                         take("speak", {M, H}),
                         take("speak_bias", {M}),
                         take("keep", {N, H}),
                         take("hear", {1 + R, N, M}),
                         take("write", {H, N}),
                         take("write_bias", {H}),
                         take("read_norm", {H}),
                         take("read_norm_bias", {H}),
                         take("read", {H}),
                         take("read_bias", {1}),
                         D > 0 ? take("modulate", {2 * N + H, D}) : nullptr,
                         D > 0 ? take("modulate_bias", {2 * N + H}) : nullptr};
  return std::make_unique<Denoise>(DenoiseSizes{L, V, H, M, N, D, R}, w, DenoiseUnits{offsets, cells, spans});
}

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
      .def(py::init(&make), "L"_a, "V"_a, "H"_a, "M"_a, "N"_a, "D"_a, "weights"_a, "offsets"_a, "cells"_a, "spans"_a)
      .def("__call__", &call, "x"_a.noconvert(), "z"_a.noconvert(), "loops"_a, "threads"_a, "path"_a);
}

}  // namespace vmd
