// cuda.hpp -- the kernels on a CUDA device: one launch each, on the caller's stream, without waiting or allocating.
//
// Arguments are those of the CPU kernels, with pointers into the device's memory. Each call throws std::runtime_error
// when the launch fails, and leaves the thread's current device as it was. All can be captured in a CUDA graph.
// Limits   L <= kMaxCudaCells, for the sake of shared memory; else as on the CPU
#pragma once
#include <cstdint>
#include <string>

#include "kernels/candidates.hpp"
#include "kernels/conflicts.hpp"
#include "kernels/unmask.hpp"

namespace vmd {

constexpr int64_t kMaxCudaCells = 1024;

/// Where to launch: a device's number, and a stream of it as the address that torch gives.
struct CudaPlace {
  int device;
  uintptr_t stream;
};

/// Why nothing can be launched on this machine; empty if something can.
std::string why_no_device();

void candidates_cuda(const CandidatesArgs& args, const PeerLists& peers, const CudaPlace& place);
void conflicts_cuda(const ConflictsArgs& args, const PeerLists& peers, const CudaPlace& place);

/// `args.logits` points to float32, or to bfloat16 if `bf16`. `step`, unless null, is where the device finds the step,
/// so that a captured graph can be replayed for each.
void unmask_cuda(const UnmaskArgs& args, const PeerLists& peers, bool bf16, const uint32_t* step,
                 const CudaPlace& place);

}  // namespace vmd
