// team.hpp -- the threads that work on one board together: a warp or a block of a GPU; on the host, one thread that
// does the same work in a shuffled order.
//
// A kernel's body is written once over a team, so that all of it but the launch runs under the host's tests and
// sanitizers. A team says
//   size                threads
//   each(n, body)       body(i) for i = 0..n-1, in any order; what they wrote is seen by all after it
//   unite(n, bits)      the union of bits(i), the same for all; likewise
//   best(n, key)        the largest key(i), kNoKey when there is none; nothing is written in it
//   wait()              all have come here
//   warps(body)         body(w) for each warp w; like each
//   lanes(body)         within warps: body(lane) for lane = 0..31
//   PerThread, PerLane  a variable of each thread; of each lane, within warps
// The rest of a body is done by all of the team's threads alike.
#pragma once
#include <cstdint>

#include "support/rank_key.hpp"  // defines: kNoKey
#if !defined(__CUDACC__)
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>
#endif

namespace vmd {

#if defined(__CUDACC__)

#define VMD_TEAM __device__ __forceinline__  // a function of a team is compiled for one side only

constexpr unsigned kAllLanes = 0xffffffffu;

/// `kThreads` threads of a block: one of its warps if that is 32, else all of it.
template <int kThreads>
class Team {
  static constexpr int kWarps = kThreads / 32;

 public:
  static constexpr int size = kThreads;
  struct Partial {  // in shared memory, of a team of several warps
    uint32_t bits[2][kWarps];
    int64_t keys[2][kWarps];
  };

  __device__ explicit Team(Partial* partial)
      : partial_(partial), rank_(static_cast<int>(threadIdx.x) & (kThreads - 1)) {}

  __device__ void wait() const {
    if constexpr (kWarps == 1)
      __syncwarp();
    else
      __syncthreads();
  }

  template <class T>
  struct PerThread {
    T of;
    __device__ T& operator()(int, int) { return of; }
  };
  template <class T>
  struct PerLane {
    T of;
    __device__ T& operator[](int) { return of; }
  };

  template <class Body>
  __device__ __forceinline__ void warps(const Body& body) const {
    body(rank_ / 32);
    wait();
  }

  template <class Body>
  __device__ __forceinline__ void lanes(const Body& body) const {
    body(rank_ & 31);
  }

  template <class Body>
  __device__ void each(int n, const Body& body) const {
    for (int i = rank_; i < n; i += kThreads) body(i);
    wait();
  }

  template <class Bits>
  __device__ uint32_t unite(int n, const Bits& bits) {
    uint32_t mine = 0;
    for (int i = rank_; i < n; i += kThreads) mine |= bits(i);
    mine = __reduce_or_sync(kAllLanes, mine);
    if constexpr (kWarps == 1) {
      __syncwarp();
    } else {
      uint32_t* all = partial_->bits[turn_];
      turn_ ^= 1;  // so that no warp writes where a slower one still reads
      all[rank_ / 32] = mine;
      __syncthreads();
      for (int warp = 0; warp < kWarps; ++warp) mine |= all[warp];
    }
    return mine;
  }

  template <class Key>
  __device__ int64_t best(int n, const Key& key) {
    int64_t mine = kNoKey;
    for (int i = rank_; i < n; i += kThreads) mine = larger(mine, key(i));
    const int32_t high = static_cast<int32_t>(mine >> 32);
    const int32_t top = __reduce_max_sync(kAllLanes, high);
    const uint32_t low = __reduce_max_sync(kAllLanes, high == top ? static_cast<uint32_t>(mine) : 0u);
    mine = static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(top)) << 32 | low);
    if constexpr (kWarps > 1) {
      int64_t* all = partial_->keys[turn_];
      turn_ ^= 1;
      all[rank_ / 32] = mine;
      __syncthreads();
      for (int warp = 0; warp < kWarps; ++warp) mine = larger(mine, all[warp]);
    }
    return mine;
  }

 private:
  static __device__ int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

  Partial* partial_;
  int rank_, turn_ = 0;
};

#else

#define VMD_TEAM inline

/// One thread that does the work of `kThreads`, the items of each call in another order, so that a body which relies on
/// an order does not pass a test for long.
template <int kThreads>
class Turns {
 public:
  static constexpr int size = kThreads;
  explicit Turns(uint32_t seed) : shuffle_(seed) {}

  template <class T>
  struct PerThread {
    std::vector<T> of = std::vector<T>(kThreads);
    T& operator()(int warp, int lane) { return of[static_cast<size_t>(32 * warp + lane)]; }
  };
  template <class T>
  struct PerLane {
    T of[32];
    T& operator[](int lane) { return of[lane]; }
  };

  void wait() const {}

  template <class Body>
  void warps(const Body& body) {
    for (const int warp : order(kThreads / 32)) body(warp);
  }

  template <class Body>
  void lanes(const Body& body) const {
    for (int lane = 0; lane < 32; ++lane) body(lane);
  }

  template <class Body>
  void each(int n, const Body& body) {
    for (const int i : order(n)) body(i);
  }

  template <class Bits>
  uint32_t unite(int n, const Bits& bits) {
    uint32_t all = 0;
    for (const int i : order(n)) all |= bits(i);
    return all;
  }

  template <class Key>
  int64_t best(int n, const Key& key) {
    int64_t best = kNoKey;
    for (const int i : order(n)) best = std::max<int64_t>(best, key(i));
    return best;
  }

 private:
  const std::vector<int>& order(int n) {
    items_.resize(static_cast<size_t>(std::max(n, 0)));
    std::iota(items_.begin(), items_.end(), 0);
    std::shuffle(items_.begin(), items_.end(), shuffle_);
    return items_;
  }

  std::mt19937 shuffle_;
  std::vector<int> items_;
};

#endif

}  // namespace vmd
