// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: the way from RGB to what OpenCV's VideoWriter gives its encoder.
#include "av/av.h"
#include "frame/picture.h"

namespace framekiln {

class AsRecordedInput {
 public:
  /// `coded` is at most one smaller than `size`, on each side.
  AsRecordedInput(Size size, Size coded);
  /// Where the next rgb24 frame goes.
  Picture picture();
  /// Converts it into a yuv420p frame of the coded size. picture() no longer holds it then.
  void convert(AVFrame& out);

 private:
  Size size_, coded_;
  Av<AVFrame> rgb_;
  Av<SwsContext> scaler_;
};

}  // namespace framekiln
