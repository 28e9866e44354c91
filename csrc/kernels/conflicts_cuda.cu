// conflicts_cuda.cu -- `conflicts` on a GPU: a block takes eight boards (held_team.hpp).
//
// Floor   B L (4 + 1) bytes through device memory
#include "kernels/cuda_launch.cuh"
#include "kernels/held_team.hpp"

namespace vmd {
namespace {

using Block = Team<256>;

__global__ void __launch_bounds__(Block::size) conflicts_kernel(ConflictsArgs args, PeerLists peers) {
  extern __shared__ SymbolSet own[];
  __shared__ Block::Partial partial;
  Block team(&partial);
  conflicts_boards(team, args, peers, int64_t{blockIdx.x} * kHeldBoards, own);
}

}  // namespace

void conflicts_cuda(const ConflictsArgs& a, const PeerLists& peers, const CudaPlace& place) {
  launch("conflicts", conflicts_kernel, (a.B + kHeldBoards - 1) / kHeldBoards, Block::size, held_bytes(a.L), place, a,
         peers);
}

}  // namespace vmd
