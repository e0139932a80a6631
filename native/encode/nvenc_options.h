// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

// Internal: what EncodeSettings mean for libavcodec's NVENC encoders.
#include "av/av.h"
#include "encode/settings.h"

namespace framekiln {

/// An open session for frames of the pool, an AVHWFramesContext. Throws Error as NvencEncoder does when it is made.
Av<AVCodecContext> open_nvenc(const EncodeSettings& settings, AVBufferRef* pool);

/// The session's parameter sets, which say where chroma lies: NVENC does not write that.
std::vector<uint8_t> extradata_of(const EncodeSettings& settings, const AVCodecContext& codec);

}  // namespace framekiln
