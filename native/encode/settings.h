// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "frame/picture.h"
#include "frame/rational.h"

namespace framekiln {

/// What an encoder produces.
enum class Codec {
  h264_420,           ///< H.264 High or below, yuv420p, BT.709 limited range: plays everywhere.
  h264_444,           ///< H.264 High 4:4:4 Predictive, yuv444p, BT.709 limited range.
  h264_rgb,           ///< libx264rgb, qp 0, sRGB full range: gives back every RGB pixel.
  mpeg4_as_recorded,  ///< what OpenCV's VideoWriter writes for fourcc mp4v, to the byte: the whole video is one
                      ///< segment.
  hevc_420,           ///< HEVC Main, like h264_420; by NVENC alone.
  av1_420             ///< AV1 Main, like h264_420; by NVENC alone.
};

/// Coded with halved chroma, BT.709 limited range.
constexpr bool is_420(Codec codec) {
  return codec == Codec::h264_420 || codec == Codec::hevc_420 || codec == Codec::av1_420;
}

struct EncodeSettings {
  Codec codec = Codec::h264_420;
  /// Of the frames. 4:2:0 codes an odd size one larger, last column and row repeated, and the container crops it again;
  /// mpeg4_as_recorded drops an odd last column and row, as OpenCV does.
  Size size{};
  Rational fps{30, 1};  ///< exact frame rate; for mpeg4_as_recorded OpenCV's decimal one, such as 2997/100
  std::string preset;   ///< x264 preset, "medium" if empty; NVENC has its own of about that speed. Unused by mpeg4.
  /// Quality, 0 (best) to 51, on the scale of x264's constant rate factor: sizes are about those of x264's veryfast at
  /// that factor. libx264 gets one quantiser for it, 7 higher. Unused by h264_rgb and mpeg4. Below 1 is lossless, which
  /// only the High 4:4:4 Predictive profile has: so it is in 4:4:4, while 4:2:0, which is to play everywhere, takes it
  /// as 1.
  double crf = 23;
  /// Takes crf itself, rounded, for the quantiser of every frame. Unused by h264_rgb and mpeg4.
  bool constant_qp = false;
  /// The id of libx264's parameter sets, 0 to 31. Above 0 it stands in for another encoder, whose sets have 0, in the
  /// same file, and so does not reorder frames either.
  int parameter_set = 0;
};

/// The size in the bitstream: 4:2:0 needs even sizes, and OpenCV drops an odd last column and row.
Size coded_size(const EncodeSettings& settings);

/// The layout in which an encoder of this codec takes frames.
constexpr PixelFormat input_format(Codec codec) {
  return is_420(codec) ? PixelFormat::nv12 : codec == Codec::h264_444 ? PixelFormat::yuv444p : PixelFormat::rgb24;
}

}  // namespace framekiln
