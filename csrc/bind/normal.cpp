// normal.cpp -- the noise of normal.hpp as a NumPy array.
#include "bind/arrays.hpp"     // defines: Array, want, want_shape
#include "bind/interrupt.hpp"  // defines: released
#include "kernels/normal.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

Array<float> normal_py(const Array<uint64_t>& key, int64_t n, uint64_t seed, uint32_t step) {
  want_shape(key, {-1}, "key");
  want(n >= 0 && n <= kMaxNormals, "n");
  const int64_t B = key.shape(0);
  Array<float> out({B, n});
  const uint64_t* keys = key.data();
  float* numbers = out.mutable_data();
  released([&] {
    for (int64_t b = 0; b < B; ++b) {
      stop_point();
      normal(keys[b], seed, step, n, numbers + b * n);
    }
  });
  return out;
}

Array<float> normal32_py(const Array<float>& u) {
  want_aligned(u, "u");
  Array<float> out(u.size());
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
