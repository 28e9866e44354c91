// normal.cpp -- the noise of normal.hpp as a NumPy array.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <stdexcept>

#include "bind/interrupt.hpp"  // defines: released
#include "kernels/normal.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

py::array_t<float> normal_py(const py::array_t<uint64_t, py::array::c_style>& key, int64_t n, uint64_t seed,
                             uint32_t step) {
  if (key.ndim() != 1 || n < 0 || n > kMaxNormals) throw std::invalid_argument("shape");
  const int64_t B = key.shape(0);
  py::array_t<float> out({B, n});
  const uint64_t* keys = key.data();
  float* numbers = out.mutable_data();
  released([&] {
    for (int64_t b = 0; b < B; ++b) normal(keys[b], seed, step, n, numbers + b * n);
  });
  return out;
}

py::array_t<float> normal32_py(const py::array_t<float, py::array::c_style>& u) {
  py::array_t<float> out(u.size());
  for (py::ssize_t i = 0; i < u.size(); ++i) out.mutable_data()[i] = normal32(u.data()[i]);
  return out;
}

}  // namespace

void register_normal(py::module_& m);
void register_normal(py::module_& m) {
  using namespace py::literals;
  m.def("normal", &normal_py, "key"_a.noconvert(), "n"_a, "seed"_a, "step"_a);
  m.def("normal32", &normal32_py, "u"_a.noconvert());
}

}  // namespace vmd
