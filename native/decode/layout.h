// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: what a video file's outermost structure says, which FFmpeg's demuxers do not pass on.
#include "av/av.h"
#include "frame/container.h"
#include "frame/control.h"

namespace framekiln {

struct Layout {
  Container container{};
  /// The file ends before the structure it announces: an upload or a recording that stopped.
  bool cut = false;
};

/// Throws Error CANCELLED or IO when that is why reading stopped.
void check_input(const AVIOContext& io, const Control& control);

/// What a file is by its first bytes. Throws Error INVALID_VIDEO when it is none of these; as check_input() does.
Container read_magic(AVIOContext& io, const Control& control);

/// Reads the outermost structure of a file, wherever `io` stands, and goes back to its start.
/// Throws as read_magic() does, and Error INVALID_VIDEO for an MP4 without its index, or an AVI without its size.
Layout read_layout(AVIOContext& io, const Control& control);

}  // namespace framekiln
