// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/cuda/kernel/job.h"

namespace framekiln::gpu {

/// Shorter pictures are hashed in another way, by the host.
constexpr uint64_t kShortestHashed = 241;

/// Threads of a block: of those that sum, and of those that go along the chain.
constexpr int kHashThreads = 128, kChainThreads = 32;

/// One picture to hash.
struct HashJob {
  Device<const uint8_t> plane[3];
  uint64_t stride[3];
  /// Room for 8 numbers for each 1024 bytes of the packed picture, begun ones too.
  Device<uint64_t> sums;
  /// The result: low and high half.
  Device<uint64_t> hash;
};

/// The hashing kernels' parameter: the grid's z is the job.
struct HashArgs {
  Device<const HashJob> jobs;
  uint64_t bytes;         ///< of the packed picture
  uint64_t plane_end[3];  ///< where each plane ends in it
  uint64_t row_bytes[3];
  uint64_t secret[24];  ///< XXH3's
};

}  // namespace framekiln::gpu
