// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "frame/container.h"
#include "frame/control.h"
#include "frame/picture.h"
#include "frame/rational.h"

namespace framekiln {

/// What a video file holds.
struct VideoFacts {
  Container container;
  std::string
      codec;  ///< FFmpeg's name: h264, hevc, av1, vp9, vp8, mpeg4, mjpeg, ffv1, huffyuv, ffvhuff, utvideo, rawvideo
  std::string profile;  ///< FFmpeg's name, such as "High"; empty when there is none
  std::string pixel_format;
  int matrix = 2;       ///< of ITU-T H.273; 2 when it is not said
  Size size{};          ///< as shown
  int64_t frames = 0;   ///< as shown: what an edit list or the codec hides is left out
  double duration = 0;  ///< seconds from the first frame's start to the last one's end
  Rational rate{0, 1};  ///< frames a second, on average; 0 when it cannot be told
  bool audio = false;
  int64_t bytes = 0;
};

/// Whether a file is a whole, playable video: reads all of it, decodes its first frame, and everything from the last
/// key frame on. Trusts nothing of it. The time this takes follows its length; the control word stops it.
/// Throws Error INPUT_UNREADABLE, IO, INVALID_VIDEO (saying what is wrong), OUT_OF_MEMORY or CANCELLED.
VideoFacts probe_video(const std::string& path, Control control);

}  // namespace framekiln
