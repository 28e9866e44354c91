// candidates_cuda.cu -- `candidates` on a GPU: a block takes eight boards (held_team.hpp).
//
// Floor   B L (4 + 8) bytes through device memory, and `allowed` once (B L 8 more if it is per board)
#include "kernels/cuda_launch.cuh"
#include "kernels/held_team.hpp"

namespace vmd {
namespace {

using Block = Team<256>;

__global__ void __launch_bounds__(Block::size) candidates_kernel(CandidatesArgs args, PeerLists peers) {
  extern __shared__ SymbolSet own[];
  __shared__ Block::Partial partial;
  Block team(&partial);
  candidates_boards(team, args, peers, int64_t{blockIdx.x} * kHeldBoards, own);
}

}  // namespace

void candidates_cuda(const CandidatesArgs& a, const PeerLists& peers, const CudaPlace& place) {
  launch("candidates", candidates_kernel, (a.B + kHeldBoards - 1) / kHeldBoards, Block::size, held_bytes(a.L), place,
         a, peers);
}

}  // namespace vmd
