// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment/gpu_worker.h"

namespace framekiln {

/// How long the device takes, in its own memory, for frames that are drawn again and again, for the benches.
struct GpuTiming {
  double drawing;  ///< seconds for `rounds` times all frames
  double memset;   ///< the same bytes, cleared
  double bytes;    ///< of all these frames
};

/// The frames are drawn in batches into two sets of buffers, nothing of them is downloaded.
GpuTiming time_gpu(GpuWorker& gpu, const Frames& frames, CpuLevel cpu, PixelFormat format, int rounds);

}  // namespace framekiln
