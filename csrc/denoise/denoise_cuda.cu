// denoise_cuda.cu -- `denoise` and whole solves on a GPU: as many blocks as fit run on, each with all weights in shared
// memory, and boards stream through them (denoise_team.hpp, solve_team.hpp).
//
// Floor        For the 9x9 Sudoku weights (L = 81, V = 9, H = M = 32, N = 64, three relations, 24 loops) an evaluation
//              is 24 * 2 * (729 (H M + 2 H N) + 324 M N) = 0.211 GFLOP in products, on 3.3 kB in and out: 640
//              operations a byte of device memory, so arithmetic decides. At 800 TFLOP/s: 3.8 million a second.
// Shared       messages 47 kB, means 25 kB, heard 49 kB, weights 27 kB, lists and the rest 16 kB: of an A100's 163 kB and
//              a Hopper's 227 kB. One block of 16 warps a multiprocessor; states take 48 registers a thread.
// Prediction   A loop reads about 0.85 MB of shared memory (heard 0.38, weights 0.26, messages 0.21): 6,700 cycles at 128
//              bytes a cycle, against 2,200 of tensor cores at their full rate and as many of arithmetic to unpack and
//              add. So shared memory decides: about 0.9 million evaluations a second on 132 multiprocessors at 1.7 GHz,
//              a quarter of the floor. Not measured yet. What would move it: sums over units as products, which read
//              what was heard once a tile of cells instead of once a candidate.
// Built with   -fmad=false, since decisions are made here, too; products and sums that may be fused say so
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "denoise/denoise_cuda.hpp"
#include "denoise/solve_team.hpp"
#include "denoise/weights.hpp"
#include "kernels/cuda_launch.cuh"

namespace vmd {
namespace {

template <int warps, int H, int M, int N>
struct Shape {
  using Block = Team<32 * warps>;
  using Body = DenoiseTeam<Block, H, M, N>;
  static constexpr int threads = 32 * warps, least_blocks = warps == 16 ? 1 : 4;

  static bool fits(const ListedView& t) {
    return t.view.Hp <= H && t.view.Mp <= M && t.view.Np <= N && t.rows <= Body::max_rows;
  }
};

/// The shapes that there are kernels for, the smallest first.
template <class Use>
void with_shape(int number, const Use& use) {
  switch (number) {
    case 0: return use(Shape<4, 16, 16, 32>{});
    default: return use(Shape<16, 32, 32, 64>{});
  }
}
constexpr int kShapes = 2;  // each costs its seconds of compiling

template <class S>
__global__ void __launch_bounds__(S::threads, S::least_blocks)
    denoise_kernel(const __grid_constant__ ListedView listed, const __grid_constant__ DenoiseCudaArgs a) {
  extern __shared__ uint4 memory[];
  __shared__ typename S::Block::Partial partial;
  typename S::Block team(&partial);
  typename S::Body denoiser(listed, memory);
  denoiser.start(team);
  const int64_t L = listed.view.L, C = L * listed.view.V, D = listed.view.D;
  for (int64_t b = blockIdx.x; b < a.B; b += gridDim.x) {
    if (b == blockIdx.x || D > 0) denoiser.modulate(team, a.z + b * D);
    const int spent = denoiser.run(team, a.x + b * L, a.loops, a.settle, a.noise, b, a.fade);
    team.each(static_cast<int>(C), [&](int i) {
      a.logits[b * C + i] = denoiser.logits()[i];
      if (i == 0) a.spent[b] = spent;
    });
  }
}

template <class S>
__global__ void __launch_bounds__(S::threads, S::least_blocks)
    solve_kernel(const __grid_constant__ ListedView listed, const __grid_constant__ SolveArgs args, int32_t* next) {
  extern __shared__ uint4 memory[];
  __shared__ typename S::Block::Partial partial;
  __shared__ int32_t taken;
  const int L = static_cast<int>(listed.view.L), V = static_cast<int>(listed.view.V);
  typename S::Block team(&partial);
  const UnmaskMemory m(memory, L, 0, V);
  typename S::Body denoiser(listed, reinterpret_cast<char*>(memory) + UnmaskMemory::bytes(L, 0, V));
  denoiser.start(team);
  for (bool fresh = true;; fresh = false) {  // boards take different numbers of steps: each block takes the next one
    team.each(1, [&](int) { taken = atomicAdd(next, 1); });
    const int64_t b = taken;
    team.wait();
    if (b >= args.B) return;
    if (fresh || listed.view.D > 0) denoiser.modulate(team, args.z + b * listed.view.D);
    solve_board(team, denoiser, args, b, L, V, m);
  }
}

/// Copies to the device what it is given pointers to, all in one allocation.
class Packing {
 public:
  template <class T>
  void add(const T*& pointer, int64_t n) {
    const size_t bytes = static_cast<size_t>(n) * sizeof(T);
    places_.push_back({reinterpret_cast<const void**>(&pointer), host_.size()});
    host_.resize(host_.size() + (bytes + 15) / 16 * 16);
    if (bytes > 0) std::memcpy(host_.data() + places_.back().offset, pointer, bytes);
  }

  /// Every pointer now leads to the device; returns the allocation.
  char* send() {
    char* device = nullptr;
    check_cuda(cudaMalloc(&device, host_.size()), "memory for the denoiser");
    const cudaError_t error = cudaMemcpy(device, host_.data(), host_.size(), cudaMemcpyHostToDevice);
    if (error != cudaSuccess) cudaFree(device);
    check_cuda(error, "copying the denoiser");
    for (const Place& place : places_) *place.pointer = device + place.offset;
    return device;
  }

 private:
  struct Place {
    const void** pointer;
    size_t offset;
  };
  std::vector<char> host_;
  std::vector<Place> places_;
};

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check_cuda(cudaDeviceGetAttribute(&value, which, device), "asking the device");
  return value;
}

/// Blocks of a kernel that run at the same time.
template <class Kernel>
int64_t resident(Kernel kernel, int threads, int64_t shared, int device) {
  int each = 0;
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared)),
             "shared memory for denoise");
  check_cuda(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&each, kernel, threads, static_cast<size_t>(shared)),
             "fitting denoise");
  return int64_t{std::max(1, each)} * attribute(cudaDevAttrMultiProcessorCount, device);
}

/// Weights and a structure together: the smallest shape that has room for them, and the bytes that its blocks take.
struct Fit {
  int shape = -1;
  int64_t bytes = 0, solve_bytes = 0;

  explicit Fit(const ListedView& listed, int device) {
    for (int number = 0; number < kShapes && shape < 0; ++number)
      with_shape(number, [&](auto s) {
        using S = decltype(s);
        if (!S::fits(listed)) return;
        shape = number;
        bytes = S::Body::bytes(listed);
        solve_bytes = bytes + UnmaskMemory::bytes(listed.view.L, 0, static_cast<int>(listed.view.V));
      });
    if (shape < 0)
      throw std::invalid_argument(
          "denoise on CUDA: wanted widths H, M, N up to 32, 32, 64 and up to 768 candidates (cells times symbols), got " +
          std::to_string(listed.view.H) + ", " + std::to_string(listed.view.Mp) + ", " +
          std::to_string(listed.view.Np) + " (M and N rounded up) and " + std::to_string(listed.rows));
    const int shared = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    if (solve_bytes > shared - 1024)  // what the kernels have besides
      throw std::invalid_argument("denoise on CUDA: a board takes " + std::to_string(solve_bytes) +
                                  " bytes of shared memory, and this device has " + std::to_string(shared));
  }
};

}  // namespace

struct StructureCuda::Held {
  ListedView listed{};  // of the lists alone
  int device = 0;
  char* memory = nullptr;

  Held(const Structure& structure, int number) : device(number) {
    if (structure.L() * structure.V() > 65535 || structure.R() > 254)
      throw std::invalid_argument("denoise on CUDA: more than 65,535 candidates");
    const DenoiseLists lists(structure.view());
    listed = lists.beside({});
    Packing packing;
    packing.add(listed.source_offsets, listed.means + 1), packing.add(listed.sources, listed.sources_size);
    packing.add(listed.link_offsets, structure.L() + 1), packing.add(listed.links, listed.links_size);
    packing.add(listed.group_of_tile, listed.means / kTile);
    const DeviceGuard guard(device);
    memory = packing.send();
  }
  ~Held() { cudaFree(memory); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
};

StructureCuda::StructureCuda(const Structure& structure, int device)
    : held_(std::make_unique<const Held>(structure, device)) {}

StructureCuda::~StructureCuda() = default;

struct DenoiseCuda::Held {
  DenoiseSizes sizes;
  WeightsView view;
  int device = 0;
  char* memory = nullptr;

  Held(const DenoiseSizes& s, const DenoiseWeights& weights, int number) : sizes(s), device(number) {
    const Prepared prepared(sizes, weights);
    view = prepared.view;
    WeightsView& v = view;
    const int64_t width = 2 * v.Np + v.Hp;
    Packing packing;
    packing.add(v.message, v.Hp * v.Mp), packing.add(v.message_bias, v.Mp), packing.add(v.self_update, v.Hp * v.Np);
    packing.add(v.group_updates, (1 + s.R) * v.Mp * v.Np), packing.add(v.update, v.Np * v.Hp), packing.add(v.update_bias, v.Hp);
    packing.add(v.injected_state, 3 * v.Np), packing.add(v.state, 3 * v.Hp), packing.add(v.readout, v.Hp);
    packing.add(v.injected_symbol, s.symbols * v.Np), packing.add(v.injected_cell, s.cells * v.Np);
    packing.add(v.symbol, s.symbols * v.Hp), packing.add(v.cell, s.cells * v.Hp);
    packing.add(v.modulate, v.D * width), packing.add(v.modulate_bias, width);
    const DeviceGuard guard(device);
    memory = packing.send();
  }
  ~Held() { cudaFree(memory); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  ListedView on(const StructureCuda::Held& structure) const {
    if (structure.device != device) throw std::invalid_argument("denoise on CUDA: the structure is on another device");
    want_same_shape(sizes, structure.listed.view);
    ListedView listed = structure.listed;
    static_cast<WeightsView&>(listed.view) = view;
    return listed;
  }
};

DenoiseCuda::DenoiseCuda(const DenoiseSizes& sizes, const DenoiseWeights& weights, int device)
    : held_(std::make_unique<const Held>(sizes, weights, device)) {}

DenoiseCuda::~DenoiseCuda() = default;

void DenoiseCuda::want(const StructureCuda& structure) const { Fit(held_->on(structure.held()), held_->device); }

void DenoiseCuda::run(const StructureCuda& structure, const DenoiseCudaArgs& args, uintptr_t stream) const {
  const int device = held_->device;
  const ListedView listed = held_->on(structure.held());
  const Fit fit(listed, device);
  const DeviceGuard guard(device);
  with_shape(fit.shape, [&](auto s) {
    using S = decltype(s);
    const int64_t blocks = std::min(args.B, resident(denoise_kernel<S>, S::threads, fit.bytes, device));
    launch("denoise", denoise_kernel<S>, blocks, S::threads, fit.bytes, {device, stream}, listed, args);
  });
}

void DenoiseCuda::solve(const StructureCuda& structure, const SolveArgs& args, int32_t* next, uintptr_t stream) const {
  const int device = held_->device;
  const ListedView listed = held_->on(structure.held());
  const Fit fit(listed, device);
  const DeviceGuard guard(device);
  with_shape(fit.shape, [&](auto s) {
    using S = decltype(s);
    const int64_t blocks = std::min(args.B, resident(solve_kernel<S>, S::threads, fit.solve_bytes, device));
    launch("solve", solve_kernel<S>, blocks, S::threads, fit.solve_bytes, {device, stream}, listed, args, next);
  });
}

}  // namespace vmd
