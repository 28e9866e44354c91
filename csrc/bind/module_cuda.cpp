// module_cuda.cpp -- the Python module vmdsolve._cuda: kernels on addresses of device memory, as torch gives them.
//
// Neither torch's headers nor CUDA's are seen here. What the addresses point to is checked in
// vmdsolve/kernels/cuda.py; sizes once more here, since they say how much shared memory a launch asks for.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <limits>
#include <optional>
#include <stdexcept>

#include "bind/weights.hpp"  // defines: make_denoiser
#include "support/checks.hpp"
#include "kernels/cuda.hpp"
#include "denoise/denoise_cuda.hpp"
#include "denoise/solve_args.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

template <class T>
T* at(uintptr_t address) {
  return reinterpret_cast<T*>(address);
}

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

void want_sizes(int64_t B, int64_t L, int64_t P) {
  want(B >= 0 && B < (int64_t{1} << 31) && L >= 1 && L <= kMaxCudaCells && P >= 0 && P <= L, "B, L or P");
}

void candidates_py(uintptr_t x, uintptr_t allowed, bool per_board, uintptr_t peers, uintptr_t out, int64_t B, int64_t L,
                   int64_t P, int device, uintptr_t stream) {
  want_sizes(B, L, P);
  candidates_cuda({B, L, P, at<int32_t>(x), at<uint64_t>(allowed), per_board, at<int32_t>(peers), at<uint64_t>(out)},
                  {device, stream});
}

void conflicts_py(uintptr_t x, uintptr_t peers, uintptr_t out, int64_t B, int64_t L, int64_t P, int device,
                  uintptr_t stream) {
  want_sizes(B, L, P);
  conflicts_cuda({B, L, P, at<int32_t>(x), at<int32_t>(peers), at<bool>(out)}, {device, stream});
}

void unmask_py(uintptr_t logits, bool bf16, uintptr_t x, uintptr_t candidates, uintptr_t peers, uintptr_t n_keep,
               uintptr_t key, uintptr_t x_new, uintptr_t committed, uintptr_t candidates_new, int64_t B, int64_t L,
               int V, int64_t P, int order, std::optional<float> threshold, float temperature, bool guard, float noise,
               uint64_t seed, uint32_t step, uintptr_t step_at, int device, uintptr_t stream) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  want_sizes(B, L, P);
  want(V >= 1 && V <= kMaxSymbols, "V");
  want(order >= 0 && order <= 3, "order");
  want(n_keep != 0 || threshold.has_value() || B == 0, "n_keep or threshold");
  UnmaskArgs args{};
  args.B = B, args.L = L, args.P = P, args.V = V;
  args.logits = at<float>(logits), args.x = at<int32_t>(x), args.candidates = at<uint64_t>(candidates);
  args.peers = at<int32_t>(peers), args.n_keep = at<int32_t>(n_keep), args.key = at<uint64_t>(key);
  args.rule = {static_cast<Order>(order), guard, temperature, noise, threshold.value_or(infinity), seed, step};
  args.x_new = at<int32_t>(x_new), args.committed = at<bool>(committed);
  args.candidates_new = at<uint64_t>(candidates_new);
  unmask_cuda(args, bf16, at<uint32_t>(step_at), {device, stream});
}

void denoise_py(const DenoiseCuda& denoise, uintptr_t x, uintptr_t z, uintptr_t logits, int64_t B, int loops,
                uintptr_t stream) {
  want(B >= 0 && loops >= 1, "B or loops");
  denoise.run(B, at<int32_t>(x), at<float>(z), loops, at<float>(logits), stream);
}

void solve_py(const DenoiseCuda& denoise, uintptr_t x, uintptr_t allowed, uintptr_t z, uintptr_t peers, uintptr_t key,
              uintptr_t next, uintptr_t x_new, uintptr_t nfe, uintptr_t first, int64_t B, int64_t P, int steps, int loops,
              int order, std::optional<float> threshold, float temperature, bool guard, float noise, uint64_t seed,
              uintptr_t stream) {
  want_sizes(B, denoise.sizes().L, P);
  want(steps >= 1 && loops >= 1, "steps or loops");
  want(order >= 0 && order <= 3, "order");
  const UnmaskRule rule{static_cast<Order>(order), guard, temperature, noise,
                        threshold.value_or(std::numeric_limits<float>::infinity()), seed, 0};
  const SolveArgs args{B, P, steps, loops, at<int32_t>(x), at<uint64_t>(allowed), at<float>(z), at<int32_t>(peers),
                       at<uint64_t>(key), rule, at<int32_t>(x_new), at<int32_t>(nfe), at<float>(first)};
  denoise.solve(args, at<int32_t>(next), stream);
}

}  // namespace
}  // namespace vmd

PYBIND11_MODULE(_cuda, m) {
  using namespace py::literals;
  m.doc() = "CUDA kernels of vmdsolve. Private: use vmdsolve.kernels.";
  m.attr("built_with") = VMDSOLVE_CUDA_BUILD;  // CMakeLists.txt: the compiler and the architectures
  m.attr("max_cells") = vmd::kMaxCudaCells;
  m.def("why_not", &vmd::why_no_device);
  m.def("candidates", &vmd::candidates_py, "x"_a, "allowed"_a, "per_board"_a, "peers"_a, "out"_a, "B"_a, "L"_a, "P"_a,
        "device"_a, "stream"_a);
  m.def("conflicts", &vmd::conflicts_py, "x"_a, "peers"_a, "out"_a, "B"_a, "L"_a, "P"_a, "device"_a, "stream"_a);
  m.def("unmask", &vmd::unmask_py, "logits"_a, "bf16"_a, "x"_a, "candidates"_a, "peers"_a, "n_keep"_a, "key"_a,
        "x_new"_a, "committed"_a, "candidates_new"_a, "B"_a, "L"_a, "V"_a, "P"_a, "order"_a, "threshold"_a,
        "temperature"_a, "guard"_a, "noise"_a, "seed"_a, "step"_a, "step_at"_a,
        "device"_a, "stream"_a);
  py::class_<vmd::DenoiseCuda>(m, "Denoise")
      .def(py::init(&vmd::make_denoiser<vmd::DenoiseCuda, int>), "L"_a, "V"_a, "H"_a, "M"_a, "N"_a, "D"_a, "weights"_a,
           "offsets"_a, "cells"_a, "spans"_a, "device"_a)
      .def("__call__", &vmd::denoise_py, "x"_a, "z"_a, "logits"_a, "B"_a, "loops"_a, "stream"_a)
      .def("solve", &vmd::solve_py, "x"_a, "allowed"_a, "z"_a, "peers"_a, "key"_a, "following"_a, "x_new"_a, "nfe"_a,
           "first"_a, "B"_a, "P"_a, "steps"_a, "loops"_a, "order"_a, "threshold"_a, "temperature"_a, "guard"_a, "noise"_a,
           "seed"_a, "stream"_a);
}
