// unmask_cuda.cu -- `unmask` on a GPU: a warp takes a board, a block of eight warps where boards are large.
//
// Floor        B L (4 V + 4 + 8) bytes in (2 V for bfloat16), B L (4 + 1 + 8) out: 4.96 kB a board of 81 cells and 9
//              symbols in float32, so 0.11 ms for 65,536 boards at 3 TB/s. Arithmetic is of the same order: about
//              1,000 warp instructions a board to choose, 60 a commit, against the 1,700 that 4 schedulers of each of
//              132 multiprocessors issue in the 0.31 us a board that the floor leaves.
// Occupancy    2.3 kB of shared memory a board of 81 cells and 9 symbols, so registers decide how many fit
// Built with   -fmad=false: no product and sum may be contracted (float32.hpp)
#include "kernels/cuda_launch.cuh"
#include "kernels/unmask_team.hpp"

namespace vmd {
namespace {

constexpr int kWarpCells = 128;  // more are worth a block of their own
constexpr int kBoardsOfBlock = 4;
using Warp = Team<32>;
using Block = Team<256>;

template <class T>
__global__ void __launch_bounds__(32 * kBoardsOfBlock) unmask_by_warps(UnmaskArgs args, PeerLists peers, const T* logits,
                                                                       const uint32_t* step, int bytes) {
  extern __shared__ uint64_t memory[];
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int64_t b = int64_t{blockIdx.x} * kBoardsOfBlock + warp;
  if (b >= args.B) return;
  if (step) args.rule.step = *step;
  Warp team(nullptr);
  unmask_board(team, args, peers, logits, b, reinterpret_cast<char*>(memory) + warp * bytes);
}

template <class T>
__global__ void __launch_bounds__(Block::size) unmask_by_blocks(UnmaskArgs args, PeerLists peers, const T* logits,
                                                                const uint32_t* step) {
  extern __shared__ uint64_t memory[];
  __shared__ Block::Partial partial;
  if (step) args.rule.step = *step;
  Block team(&partial);
  unmask_board(team, args, peers, logits, int64_t{blockIdx.x}, memory);
}

template <class T>
void unmask_of(const UnmaskArgs& a, const PeerLists& peers, const uint32_t* step, const CudaPlace& place) {
  const T* logits = reinterpret_cast<const T*>(a.logits);
  if (a.L <= kWarpCells) {
    const int64_t bytes = UnmaskMemory::bytes(a.L, Warp::size, a.V);
    launch("unmask", unmask_by_warps<T>, (a.B + kBoardsOfBlock - 1) / kBoardsOfBlock, 32 * kBoardsOfBlock,
           kBoardsOfBlock * bytes, place, a, peers, logits, step, static_cast<int>(bytes));
  } else {
    launch("unmask", unmask_by_blocks<T>, a.B, Block::size, UnmaskMemory::bytes(a.L, Block::size, a.V), place, a,
           peers, logits, step);
  }
}

}  // namespace

void unmask_cuda(const UnmaskArgs& a, const PeerLists& peers, bool bf16, const uint32_t* step,
                 const CudaPlace& place) {
  bf16 ? unmask_of<Bf16>(a, peers, step, place) : unmask_of<float>(a, peers, step, place);
}

}  // namespace vmd
