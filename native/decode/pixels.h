// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal: frames as a decoder leaves them.
#include <cstddef>
#include <cstdint>

#include "av/av.h"
#include "frame/picture.h"

namespace framekiln {

/// How decoded frames lie in memory, and what their numbers mean. The same for all frames of a video.
struct PixelLayout {
  AVPixelFormat format;
  Size size;
  AVColorSpace matrix;  ///< AVCOL_SPC_UNSPECIFIED when the file does not say; BT.601 is then assumed, as FFmpeg does
  bool full_range;
};

/// Bytes of one packed frame (rows and planes without padding).
size_t frame_bytes(const PixelLayout& layout);

/// How YCbCr becomes RGB.
enum class Conversion {
  /// As `ffmpeg -vf scale=flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24` does with the layout's matrix and
  /// range, to the bit.
  accurate,
  /// As OpenCV's VideoCapture does (4.6, to the bit with the same libswscale): swscale's short way to bgr24, BT.601
  /// whatever the file says.
  opencv,
};

/// Turns packed frames of one layout into 8-bit pictures. Not thread-safe.
/// Throws Error INVALID_ARGUMENT when FFmpeg cannot read the format.
class PixelConverter {
 public:
  PixelConverter(const PixelLayout& layout, Conversion conversion);

  /// `rgb` is rgb24, of the layout's size; rows may be padded.
  void to_rgb(const uint8_t* packed, const Picture& rgb);
  /// The luma plane (`size.height` rows of `size.width` bytes) as it was coded, if the layout is 8-bit limited-range
  /// YCbCr whose matrix is `matrix` or not said; otherwise null.
  const uint8_t* luma(const uint8_t* packed, AVColorSpace matrix) const;

 private:
  PixelLayout layout_;
  Av<SwsContext> scaler_;
  Av<AVFrame> source_, target_;
};

}  // namespace framekiln
