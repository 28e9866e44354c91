// module_cuda.cpp -- the Python module vmdsolve._cuda: kernels on addresses of device memory, as torch gives them.
//
// Neither torch's headers nor CUDA's are seen here. What the addresses point to is checked in vmdsolve/kernels/cuda.py; here
// only sizes, since they say how much shared memory a launch asks for. Rules and structures are those of vmdsolve._native.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <utility>

#include "bind/canvas.hpp"   // defines: CanvasGrammar
#include "bind/made.hpp"     // defines: want_made
#include "bind/weights.hpp"  // defines: make_denoiser, want
#include "canvas/canvas_cuda.hpp"
#include "denoise/denoise_cuda.hpp"
#include "denoise/solve_args.hpp"
#include "kernels/cuda.hpp"

namespace py = pybind11;

namespace vmd {
namespace {

using Address = uintptr_t;
using Addresses = std::pair<Address, Address>;

template <class T>
T* at(Address address) {
  return reinterpret_cast<T*>(address);
}

PeerLists lists_at(const Addresses& peers) { return {at<int32_t>(peers.first), at<int32_t>(peers.second)}; }

void want_sizes(int64_t B, int64_t L, int V = 1) {
  want(B >= 0 && B < (int64_t{1} << 31) && L >= 1 && L <= kMaxCudaCells && V >= 1 && V <= kMaxSymbols, "B, L or V");
}

void candidates_py(int64_t B, int64_t L, Address x, Address allowed, bool per_board, const Addresses& peers, Address out,
                   int device, Address stream) {
  want_sizes(B, L);
  const CandidatesArgs args{B, L, at<int32_t>(x), at<SymbolSet>(allowed), per_board, at<SymbolSet>(out)};
  candidates_cuda(args, lists_at(peers), {device, stream});
}

void conflicts_py(int64_t B, int64_t L, Address x, const Addresses& peers, Address out, int device, Address stream) {
  want_sizes(B, L);
  conflicts_cuda({B, L, at<int32_t>(x), at<bool>(out)}, lists_at(peers), {device, stream});
}

void unmask_py(const UnmaskRule& rule, int64_t B, int64_t L, int V, Address logits, bool bf16, Address x,
               Address candidates, const Addresses& peers, Address n_keep, Address key, Address step, Address x_new,
               Address committed, Address candidates_new, int device, Address stream) {
  want_sizes(B, L, V);
  const UnmaskArgs args{B, L, V, at<float>(logits), at<int32_t>(x), at<SymbolSet>(candidates), at<int32_t>(n_keep),
                        at<uint64_t>(key), rule, at<int32_t>(x_new), at<bool>(committed), at<SymbolSet>(candidates_new)};
  unmask_cuda(args, lists_at(peers), bf16, at<uint32_t>(step), {device, stream});
}

void denoise_py(const DenoiseCuda& denoise, const StructureCuda& structure, int64_t B, Address x, Address z, int loops,
                const Addresses& settling, Address logits, Address spent, Address keys, float begin_noise, float path_noise,
                int64_t fade, Address stream) {
  want(B >= 0 && loops >= 1, "B or loops");
  const DenoiseCudaArgs args{B, loops, at<int32_t>(x), at<float>(z), lists_at(settling), at<float>(logits),
                             at<int32_t>(spent), {at<uint64_t>(keys), begin_noise, path_noise}, fade};
  denoise.run(structure, args, stream);
}

void solve_py(const DenoiseCuda& denoise, const StructureCuda& structure, const UnmaskRule& rule, int64_t B, int steps,
              int loops, Address x, Address allowed, Address z, const Addresses& peers, Address key, Address following,
              Address x_new, Address nfe, Address spent, Address first, const Addresses& settling, Address keys,
              float begin_noise, float path_noise, int64_t fade, Address stream) {
  want(B >= 0 && B < (int64_t{1} << 31) && steps >= 1 && loops >= 1, "B, steps or loops");
  const SolveArgs args{B, steps, loops, at<int32_t>(x), at<SymbolSet>(allowed), at<float>(z), lists_at(peers),
                       at<uint64_t>(key), rule, at<int32_t>(x_new), at<int32_t>(nfe), at<int32_t>(spent), at<float>(first),
                       lists_at(settling), {at<uint64_t>(keys), begin_noise, path_noise}, fade};
  denoise.solve(structure, args, at<int32_t>(following), stream);
}

/// Addresses of a call's arrays, by the names of CanvasTeamArgs.
CanvasTeamArgs canvas_args(const py::dict& names, int64_t B, int64_t L, bool bf16, float temperature, uint64_t seed,
                           uint32_t turn, float floor) {
  want(B >= 0 && L >= 1 && B * L < (int64_t{1} << 31), "B or L");
  const auto address = [&](const char* name) { return names[name].cast<Address>(); };
  CanvasTeamArgs a{};
  a.B = B, a.L = L, a.bf16 = bf16, a.over = 1.0f / temperature, a.seed = seed, a.turn = turn, a.floor = floor;
  a.logits = at<void>(address("logits")), a.held = at<int32_t>(address("held")), a.start = at<int32_t>(address("start"));
  a.left = at<int64_t>(address("left")), a.key = at<uint64_t>(address("key")), a.part = at<CanvasPart>(address("part"));
  a.sums = at<double>(address("sums")), a.classes = at<Number>(address("classes")), a.sets = at<Number>(address("sets"));
  a.beta = at<Number>(address("beta")), a.alpha = at<Number>(address("alpha")), a.around = at<Number>(address("around"));
  a.refused = at<int32_t>(address("refused")), a.log_z = at<double>(address("log_z"));
  a.offset = at<float>(address("offset")), a.out = at<float>(address("out")), a.text = at<int32_t>(address("text"));
  return a;
}

}  // namespace
}  // namespace vmd

PYBIND11_MODULE(_cuda, m) {
  using namespace py::literals;
  const py::kw_only named;
  py::module_::import("vmdsolve._native");  // knows UnmaskRule and Structure
  m.doc() = "CUDA kernels of vmdsolve. Private: use vmdsolve.kernels.";
  m.attr("built_with") = VMDSOLVE_CUDA_BUILD;  // CMakeLists.txt: the compiler and the architectures
  m.attr("max_cells") = vmd::kMaxCudaCells;
  m.def("why_not", &vmd::why_no_device);
  m.def("candidates", &vmd::candidates_py, named, "B"_a, "L"_a, "x"_a, "allowed"_a, "per_board"_a, "peers"_a, "out"_a,
        "device"_a, "stream"_a);
  m.def("conflicts", &vmd::conflicts_py, named, "B"_a, "L"_a, "x"_a, "peers"_a, "out"_a, "device"_a, "stream"_a);
  m.def("unmask", &vmd::unmask_py, named, "rule"_a, "B"_a, "L"_a, "V"_a, "logits"_a, "bf16"_a, "x"_a, "candidates"_a,
        "peers"_a, "n_keep"_a, "key"_a, "step"_a, "x_new"_a, "committed"_a, "candidates_new"_a, "device"_a, "stream"_a);
  py::class_<vmd::StructureCuda>(m, "Structure")
      .def(py::init<const vmd::Structure&, int>(), "structure"_a, "device"_a);
  py::class_<vmd::DenoiseCuda>(m, "Denoise")
      .def(py::init(&vmd::make_denoiser<vmd::DenoiseCuda, int>), "weights"_a, "device"_a)
      .def("want", &vmd::DenoiseCuda::want, "structure"_a)
      .def("__call__", &vmd::denoise_py, "structure"_a, named, "B"_a, "x"_a, "z"_a, "loops"_a, "settling"_a,
           "logits"_a, "spent"_a, "keys"_a, "begin_noise"_a, "path_noise"_a, "fade"_a, "stream"_a)
      .def("solve", &vmd::solve_py, "structure"_a, named, "rule"_a, "B"_a, "steps"_a, "loops"_a, "x"_a, "allowed"_a,
           "z"_a, "peers"_a, "key"_a, "following"_a, "x_new"_a, "nfe"_a, "spent"_a, "first"_a, "settling"_a,
           "keys"_a, "begin_noise"_a, "path_noise"_a, "fade"_a, "stream"_a);
  const auto canvas = [](auto work) {
    return [work](const vmd::GrammarCuda& self, const py::dict& names, int64_t B, int64_t L, bool bf16, float temperature,
                  uint64_t seed, uint32_t turn, float floor, vmd::Address stream) {
      (self.*work)(vmd::canvas_args(names, B, L, bf16, temperature, seed, turn, floor), stream);
    };
  };
  py::class_<vmd::GrammarCuda>(m, "CanvasGrammar")
      .def(py::init([](const vmd::CanvasGrammar& grammar, int device) {
             return std::make_unique<vmd::GrammarCuda>(*grammar.grammar, device);
           }),
           "grammar"_a, "device"_a)
      .def_property_readonly("parts", &vmd::GrammarCuda::parts)
      .def("begin", canvas(&vmd::GrammarCuda::begin), "names"_a, "B"_a, "L"_a, "bf16"_a, "temperature"_a, "seed"_a, "turn"_a,
           "floor"_a, "stream"_a)
      .def("marginals", canvas(&vmd::GrammarCuda::marginals), "names"_a, "B"_a, "L"_a, "bf16"_a, "temperature"_a, "seed"_a,
           "turn"_a, "floor"_a, "stream"_a)
      .def("draw", canvas(&vmd::GrammarCuda::draw), "names"_a, "B"_a, "L"_a, "bf16"_a, "temperature"_a, "seed"_a, "turn"_a,
           "floor"_a, "stream"_a);
  vmd::want_made(m);
}
