// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: what EncodeSettings mean in libavcodec's terms.
#include "av/av.h"
#include "encode/settings.h"

namespace framekiln {

/// The size in the bitstream: 4:2:0 needs even sizes, and OpenCV drops an odd last column and row.
Size coded_size(const EncodeSettings& settings);

/// A context that is not open, with all that follows from the settings about the stream itself: format, sizes, rate,
/// colour tags. `codec` may be null, for a muxer. Throws Error INVALID_ARGUMENT for a size the codec cannot have.
Av<AVCodecContext> describe_stream(const EncodeSettings& settings, const AVCodec* codec);

/// An open encoder. Throws Error ENCODER_UNAVAILABLE or ENCODE_FAILED.
Av<AVCodecContext> open_encoder(const EncodeSettings& settings);

}  // namespace framekiln
