// canvas_cuda.cu -- `canvas_team.hpp` on a GPU: a block of 256 threads a row, one of 512 a board.
//
// Floor        Sums read the logits twice, the second time from a cache that holds a row; at V = 262,144 in bfloat16 a
//              canvas of 256 rows is 134 MB: 0.03 ms at 4.8 TB/s. Passes are 256 layers one after the other, three
//              waits each: at 1 to 2 us a layer 0.3 to 0.5 ms each way up to some 5,000 edges. Not measured yet.
// Built with   -fmad=false: sums of numbers must round as on the CPU (number.hpp)
#include <algorithm>
#include <cstring>
#include <vector>

#include "canvas/canvas_cuda.hpp"
#include "canvas/edges.hpp"
#include "canvas/parts.hpp"
#include "kernels/cuda_launch.cuh"

namespace vmd {
namespace {

using RowBlock = Team<256>;
using BoardBlock = Team<512>;

template <class T>
__global__ void __launch_bounds__(RowBlock::size)
    sums_kernel(GrammarView g, TokensView tokens, CanvasTeamArgs a) {
  RowBlock team(nullptr);
  canvas_sums<T>(team, g, tokens, a, int64_t{blockIdx.x});
}

template <class T>
__global__ void __launch_bounds__(RowBlock::size)
    write_kernel(GrammarView g, TokensView tokens, CanvasTeamArgs a) {
  RowBlock team(nullptr);
  canvas_write<T>(team, g, tokens, a, int64_t{blockIdx.x});
}

template <class T>
__global__ void __launch_bounds__(RowBlock::size)
    token_kernel(GrammarView g, TokensView tokens, CanvasTeamArgs a) {
  RowBlock team(nullptr);
  canvas_token<T>(team, g, tokens, a, int64_t{blockIdx.x});
}

__global__ void __launch_bounds__(BoardBlock::size) backward_kernel(GrammarView g, CanvasTeamArgs a) {
  BoardBlock team(nullptr);
  canvas_backward(team, g, a, int64_t{blockIdx.x});
}

__global__ void __launch_bounds__(BoardBlock::size) offsets_kernel(GrammarView g, CanvasTeamArgs a) {
  BoardBlock team(nullptr);
  canvas_offsets(team, g, a, int64_t{blockIdx.x});
}

__global__ void __launch_bounds__(BoardBlock::size) walk_kernel(GrammarView g, CanvasTeamArgs a) {
  BoardBlock team(nullptr);
  canvas_walk(team, g, a, int64_t{blockIdx.x});
}

/// Arrays one after the other, first on the host, then in one piece of the device's memory.
class Packed {
 public:
  template <class T>
  size_t add(const std::vector<T>& items) {
    const size_t at = host_.size() * sizeof(Piece);
    const auto* bytes = reinterpret_cast<const char*>(items.data());
    for (size_t left = items.size() * sizeof(T); left > 0;) {
      Piece piece{};
      const size_t n = std::min(left, sizeof piece);
      std::memcpy(&piece, bytes, n);
      host_.push_back(piece);
      bytes += n, left -= n;
    }
    return at;
  }
  char* to_device() const {
    void* device = nullptr;
    const size_t size = host_.size() * sizeof(Piece);
    check_cuda(cudaMalloc(&device, size), "memory for the grammar");
    const cudaError_t error = cudaMemcpy(device, host_.data(), size, cudaMemcpyHostToDevice);
    if (error != cudaSuccess) cudaFree(device);
    check_cuda(error, "copying the grammar");
    return static_cast<char*>(device);
  }

 private:
  struct Piece {
    char bytes[16];  // as every array's beginning is aligned
  };
  std::vector<Piece> host_;
};

}  // namespace

struct GrammarCuda::Held {
  Held(const Grammar& grammar, int number) : device(number) {
    const DeviceGuard guard(device);
    const Parts list(grammar);
    Packed packed;
    const auto lists = [&](const Lists& l) { return std::pair{packed.add(l.first), packed.add(l.item)}; };
    const auto sets = lists(grammar.sets), of_class = lists(grammar.of_class), edges = lists(grammar.edges);
    const auto into = lists(grammar.into), by_set = lists(grammar.by_set), of_tokens = lists(grammar.tokens);
    const size_t from = packed.add(grammar.from), next = packed.add(grammar.next),
                 set = packed.add(grammar.set);
    const size_t weight = packed.add(grammar.weight), least = packed.add(grammar.least);
    const size_t token_class = packed.add(grammar.token_class), of_parts = packed.add(list.of_class);
    const size_t first = packed.add(list.first);
    memory = packed.to_device();
    const auto ints = [&](size_t at) { return reinterpret_cast<const int32_t*>(memory + at); };
    const auto list_at = [&](const std::pair<size_t, size_t>& at) {
      return ListView{ints(at.first), ints(at.second)};
    };
    view = {
        grammar.C,         grammar.N,
        grammar.Q,         list_at(sets),
        list_at(of_class), list_at(edges),
        list_at(into),     list_at(by_set),
        ints(from),        ints(next),
        ints(set),         grammar.weight.empty() ? nullptr : reinterpret_cast<const Number*>(memory + weight),
        ints(least)};
    tokens = {grammar.V,      ints(token_class), ints(of_tokens.first), ints(of_tokens.second),
              ints(of_parts), ints(first)};
    parts = list.size();
  }
  ~Held() { cudaFree(memory); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  int device;
  char* memory = nullptr;
  GrammarView view{};
  TokensView tokens{};
  int64_t parts = 0;
};

GrammarCuda::GrammarCuda(const Grammar& grammar, int device)
    : held_(std::make_unique<const Held>(grammar, device)) {}
GrammarCuda::~GrammarCuda() = default;

int64_t GrammarCuda::parts() const { return held_->parts; }

void GrammarCuda::begin(CanvasTeamArgs a, uintptr_t stream) const {
  a.parts = held_->parts;
  const CudaPlace place{held_->device, stream};
  launch("sums of a canvas", a.bf16 ? sums_kernel<Bf16> : sums_kernel<float>, a.B * a.L, RowBlock::size, 0,
         place, held_->view, held_->tokens, a);
  launch("a canvas backward", backward_kernel, a.B, BoardBlock::size, 0, place, held_->view, a);
}

void GrammarCuda::marginals(CanvasTeamArgs a, uintptr_t stream) const {
  a.parts = held_->parts;
  const CudaPlace place{held_->device, stream};
  launch("a canvas forward", offsets_kernel, a.B, BoardBlock::size, 0, place, held_->view, a);
  if (a.out != nullptr)
    launch("marginals of a canvas", a.bf16 ? write_kernel<Bf16> : write_kernel<float>, a.B * a.L,
           RowBlock::size, 0, place, held_->view, held_->tokens, a);
}

void GrammarCuda::draw(CanvasTeamArgs a, uintptr_t stream) const {
  a.parts = held_->parts;
  const CudaPlace place{held_->device, stream};
  launch("a walk through a canvas", walk_kernel, a.B, BoardBlock::size, 0, place, held_->view, a);
  launch("tokens of a canvas", a.bf16 ? token_kernel<Bf16> : token_kernel<float>, a.B * a.L, RowBlock::size, 0,
         place, held_->view, held_->tokens, a);
}

}  // namespace vmd
