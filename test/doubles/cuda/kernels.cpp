// SPDX-License-Identifier: Apache-2.0
// A double of the GPU's kernels, for tests: their own source, run on the host, one thread of a block after the other.
#include <cstring>
#include <memory>

#include "address.h"
#include "host_kernels.h"

#define FK_HOST_ADDRESS(address) (::framekiln::doubles::host_address(address))
#include "render/cuda/kernel/kernels.inl"

namespace framekiln::gpu {
namespace {

/// All threads of a block. What one leaves to another it must leave in the block's memory, and the phases must be
/// apart.
struct HostExec {
  int threads;

  template <typename Body>
  void each(Body body) const {
    // Backwards: who relies on the order of threads is found out.
    for (int thread = threads - 1; thread >= 0; thread--) body(thread);
  }
  template <typename Number>
  Number add(Number* to, Number value) const {
    return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
  }
};

/// A block's memory, which begins as rubbish.
template <typename Memory>
std::unique_ptr<Memory> rubbish() {
  auto memory = std::make_unique<Memory>();
  std::memset(static_cast<void*>(memory.get()), 0xa5, sizeof(Memory));
  return memory;
}

template <typename Painter, typename Writer>
void run_draw(const void* argument, unsigned grid_x, unsigned grid_y, unsigned grid_z) {
  const DrawArgs& args = *static_cast<const DrawArgs*>(argument);
  for (unsigned z = 0; z < grid_z; z++) {
    for (unsigned y = 0; y < grid_y; y++) {
      for (unsigned x = 0; x < grid_x; x++) {
        const auto memory = rubbish<TileMemory<Painter>>();
        draw_tile<Painter, Writer>(args, static_cast<int>(x), static_cast<int>(y), static_cast<int>(z),
                                   HostExec{kThreads}, *memory);
      }
    }
  }
}

void run_hash_blocks(const void* argument, unsigned grid_x, unsigned, unsigned grid_z) {
  const HashArgs& args = *static_cast<const HashArgs*>(argument);
  for (unsigned z = 0; z < grid_z; z++) {
    for (unsigned i = 0; i < grid_x * kHashThreads; i++) sum_block(args, static_cast<int>(z), i);
  }
}

void run_hash_chain(const void* argument, unsigned, unsigned, unsigned grid_z) {
  for (unsigned z = 0; z < grid_z; z++) {
    const auto memory = rubbish<HashMemory>();
    chain_blocks(*static_cast<const HashArgs*>(argument), static_cast<int>(z), HostExec{kChainThreads}, *memory);
  }
}

constexpr doubles::HostKernel kKernels[] = {
#define FK_ENTRY(name, Painter, Writer) {#name, run_draw<Painter, Writer>, kThreads, sizeof(DrawArgs)},
    FK_DRAW_KERNELS(FK_ENTRY)
#undef FK_ENTRY
        {"fk_hash_blocks", run_hash_blocks, kHashThreads, sizeof(HashArgs)},
    {"fk_hash_chain", run_hash_chain, kChainThreads, sizeof(HashArgs)},
};

}  // namespace
}  // namespace framekiln::gpu

namespace framekiln::doubles {

const HostKernel* host_kernel(const char* name) {
  for (const HostKernel& kernel : gpu::kKernels) {
    if (std::strcmp(kernel.name, name) == 0) return &kernel;
  }
  return nullptr;
}

}  // namespace framekiln::doubles
