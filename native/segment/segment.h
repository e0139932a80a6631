// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "encode/encoder.h"
#include "frame/control.h"
#include "frame/hash.h"
#include "render/cpu/cpu_renderer.h"
#include "render/frames.h"

namespace framekiln {

/// Draws the frames, packed, one after the other, into `out`. Hashes are appended when `hashes` is not null.
void render_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, uint8_t* out, Control control,
                   std::vector<FrameHash>* hashes);

/// Draws and encodes the frames as one closed GOP; appends the hash of each frame as the encoder gets it.
EncodedSegment encode_segment(const Frames& frames, CpuLevel cpu, const EncodeSettings& settings, Control control,
                              std::vector<FrameHash>& hashes);

/// Seconds that each frame takes, drawn one after the other into so many pictures in turn, or painted alone: for
/// benches.
constexpr int kTimedRing = 4;
std::vector<double> time_frames(const Frames& frames, CpuLevel cpu, PixelFormat format, bool paint_only);

/// Encodes `count` packed frames from memory, in input_format(settings.codec).
EncodedSegment encode_from_memory(const EncodeSettings& settings, const uint8_t* frames, int count);

/// RGB PSNR in dB over all frames after a round trip through nv12 or yuv444p, without compression; infinite when exact.
double chroma_fidelity(const Frames& frames, CpuLevel cpu, PixelFormat format, Control control);

}  // namespace framekiln
