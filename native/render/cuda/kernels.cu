// SPDX-License-Identifier: Apache-2.0
// The kernels for GPUs. Built with --fmad=false -prec-sqrt=true -prec-div=true -ftz=false: bit-exactness is a build
// contract. No function of CUDA's mathematical library beyond sqrt, fabs and floor, which are exact; what is not is in
// approximate.inl, and decides nothing by itself.
#include "render/cuda/kernel/kernels.inl"

namespace framekiln::gpu {
namespace {

/// The threads of a block, each in its own.
struct BlockExec {
  template <typename Body>
  __device__ void each(Body body) const {
    body(static_cast<int>(threadIdx.x));
    __syncthreads();
  }
  template <typename Number>
  __device__ Number add(Number* to, Number value) const {
    return atomicAdd(to, value);
  }
};

}  // namespace

#define FK_KERNEL(name, Painter, Writer)                                                       \
  extern "C" __global__ void __launch_bounds__(kThreads) name(const DrawArgs args) {           \
    __shared__ TileMemory<Painter> memory;                                                     \
    draw_tile<Painter, Writer>(args, blockIdx.x, blockIdx.y, blockIdx.z, BlockExec(), memory); \
  }
FK_DRAW_KERNELS(FK_KERNEL)

extern "C" __global__ void __launch_bounds__(kHashThreads) fk_hash_blocks(const HashArgs args) {
  sum_block(args, blockIdx.z, blockIdx.x * kHashThreads + threadIdx.x);
}

extern "C" __global__ void __launch_bounds__(kChainThreads) fk_hash_chain(const HashArgs args) {
  __shared__ HashMemory memory;
  chain_blocks(args, blockIdx.z, BlockExec(), memory);
}

}  // namespace framekiln::gpu
