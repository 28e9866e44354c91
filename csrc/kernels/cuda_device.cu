// cuda_device.cu -- is there a GPU that these kernels can run on?
#include <cuda_runtime.h>

#include "kernels/cuda.hpp"

namespace vmd {

std::string why_no_device() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) return cudaGetErrorString(error);
  for (int device = 0; device < count; ++device) {
    int major = 0;
    const cudaError_t asked = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (asked == cudaSuccess && major >= 8) return "";
  }
  return count == 0 ? "no GPU was found" : "no GPU here has compute capability 8.0 or more";
}

}  // namespace vmd
