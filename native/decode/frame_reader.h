// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decode/pixels.h"
#include "frame/control.h"

namespace framekiln {

/// The frames of a video file that nobody vouches for, in order of display, all of one size and format. Not
/// thread-safe, except that the control word may be set meanwhile. Throws as VideoFile and VideoDecoder do; errors of
/// decoding say how many frames came before.
class FrameReader {
 public:
  FrameReader(const std::string& path, Control control);
  ~FrameReader();

  /// Appends up to `count` packed frames to `out`; gives how many. 0 is the end of a whole video.
  int read(int count, std::vector<uint8_t>& out);
  /// Known when read() has given a frame.
  const PixelLayout& layout() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace framekiln
