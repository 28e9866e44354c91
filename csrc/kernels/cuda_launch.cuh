// cuda_launch.cuh -- what every launch does: choose the device, ask for shared memory, check.
#pragma once
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "kernels/cuda.hpp"

namespace vmd {

inline void check_cuda(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string(what) + " on CUDA: " + cudaGetErrorString(error));
}

/// The thread's current device is `device` while this lives.
class DeviceGuard {
 public:
  explicit DeviceGuard(int device) {
    check_cuda(cudaGetDevice(&before_), "asking for the device");
    if (device != before_) check_cuda(cudaSetDevice(device), "choosing the device");
    changed_ = device != before_;
  }
  ~DeviceGuard() {
    if (changed_) cudaSetDevice(before_);
  }
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

/// Launch `kernel`, with `bytes` of dynamic shared memory a block. An error that somebody else left behind stays where it
/// is, for them to find; what is thrown here is the launch's own.
template <class... Parameters, class... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), int64_t blocks, int threads, int64_t bytes,
            const CudaPlace& place, const Arguments&... arguments) {
  if (blocks == 0) return;
  const DeviceGuard guard(place.device);
  if (bytes > 48 * 1024)  // what a block has without asking
    check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)), name);
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks)), config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = static_cast<size_t>(bytes), config.stream = reinterpret_cast<cudaStream_t>(place.stream);
  const bool clean = cudaPeekAtLastError() == cudaSuccess;
  const cudaError_t error = cudaLaunchKernelEx(&config, kernel, arguments...);
  if (error != cudaSuccess && clean) cudaGetLastError();  // told here, and only here
  check_cuda(error, name);
}

}  // namespace vmd
