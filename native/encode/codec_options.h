// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: what EncodeSettings mean in libavcodec's terms.
#include "av/av.h"
#include "encode/settings.h"

namespace framekiln {

/// A context that is not open, with all that follows from the settings about the stream itself: format, sizes, rate,
/// colour tags. `codec` may be null, for a muxer. Throws Error INVALID_ARGUMENT for a size the codec cannot have.
Av<AVCodecContext> describe_stream(const EncodeSettings& settings, const AVCodec* codec);

/// A number as FFmpeg reads it, whatever the process's locale.
std::string decimal(double value);

/// An open encoder, in software. Throws Error ENCODER_UNAVAILABLE or ENCODE_FAILED.
Av<AVCodecContext> open_encoder(const EncodeSettings& settings);

}  // namespace framekiln
