// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/cuda/cuda_renderer.h"

namespace framekiln {

/// Some consecutive frames, in one of a renderer's slots.
struct Batch {
  int slot, first, count;
};

/// Goes through frames in batches, the next one under way while one is finished: start(b + 1), then finish(b).
template <typename Start, typename Finish>
void in_batches(int frames, int size, Start start, Finish finish) {
  const auto batch = [&](int b) {
    const int first = b * size;
    return Batch{b % CudaRenderer::kSlots, first, frames - first < size ? frames - first : size};
  };
  const int count = (frames + size - 1) / size;
  if (count > 0) start(batch(0));
  for (int b = 0; b < count; b++) {
    if (b + 1 < count) start(batch(b + 1));
    finish(batch(b));
  }
}

}  // namespace framekiln
