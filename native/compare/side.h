// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "decode/pixels.h"
#include "frame/cpu_level.h"
#include "render/frames.h"

namespace framekiln {

enum class Luma { bt709, bt601 };

/// Frames to look at, drawn or decoded, as 8-bit RGB and luma. Not thread-safe.
class Side {
 public:
  virtual ~Side();

  Size size() const { return size_; }
  int count() const { return count_; }
  /// Writes frame `i` to a packed rgb24 picture of size().
  virtual void rgb(int i, const Picture& out) = 0;
  /// Frame `i` where it lies in memory as packed rgb24 already; otherwise null.
  virtual const uint8_t* coded_rgb(int i) = 0;
  /// The luma of frame `i` as its author coded it, packed; null when it must be made from RGB.
  virtual const uint8_t* coded_luma(int i, Luma matrix) = 0;

 protected:
  Side(Size size, int count) : size_(size), count_(count) {}

 private:
  Size size_;
  int count_;
};

/// The frames' arrays outlive it.
std::unique_ptr<Side> drawn_side(const Frames& frames, CpuLevel cpu);
/// `count` packed frames at `pixels`, which outlive it. Throws Error INVALID_ARGUMENT when FFmpeg cannot read the
/// format.
std::unique_ptr<Side> decoded_side(const PixelLayout& layout, Conversion conversion, const uint8_t* pixels, int count);

}  // namespace framekiln
