// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

// Internal linkage throughout: units built for wider instruction sets include this.
namespace framekiln {

/// Memory layouts of a frame. Packed means no padding between rows and planes.
///  rgb24    R G B bytes, one plane.
///  nv12     luma plane W x H, then interleaved Cb Cr, ceil(W/2) x ceil(H/2) pairs.
///  i420     luma plane, then Cb, then Cr, each ceil(W/2) x ceil(H/2).
///  yuv444p  luma, Cb, Cr, each W x H.
enum class PixelFormat : uint8_t { rgb24 = 0, nv12 = 1, i420 = 2, yuv444p = 3 };

struct Size {
  int width;
  int height;
};

/// The largest frame, of those drawn and of those read.
static constexpr int kMaxSide = 8192;
static constexpr int64_t kMaxPixels = 33'200'000;

static constexpr bool fits(Size size) {
  return size.width >= 1 && size.height >= 1 && size.width <= kMaxSide && size.height <= kMaxSide &&
         static_cast<int64_t>(size.width) * size.height <= kMaxPixels;
}

static constexpr int half_up(int n) { return (n + 1) / 2; }

/// Views of a frame's planes in memory that the caller owns. Strides are in bytes.
struct Picture {
  PixelFormat format;
  Size size;
  uint8_t* plane[3];
  ptrdiff_t stride[3];
};

/// Bytes of a packed picture.
static constexpr size_t picture_bytes(PixelFormat format, Size size) {
  const size_t luma = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
  const size_t chroma = static_cast<size_t>(half_up(size.width)) * static_cast<size_t>(half_up(size.height));
  return format == PixelFormat::rgb24 || format == PixelFormat::yuv444p ? luma * 3 : luma + 2 * chroma;
}

struct PlaneSize {
  size_t row_bytes;
  int rows;
};

/// What of a plane is pixels, padding left out.
static inline __attribute__((unused)) PlaneSize plane_size(const Picture& p, int plane) {
  const size_t width = static_cast<size_t>(p.size.width), half = static_cast<size_t>(half_up(p.size.width));
  if (p.format == PixelFormat::rgb24) return {width * 3, p.size.height};
  if (plane == 0 || p.format == PixelFormat::yuv444p) return {width, p.size.height};
  return {p.format == PixelFormat::nv12 ? half * 2 : half, half_up(p.size.height)};
}

/// Views of a packed picture at `memory`, which holds picture_bytes(format, size).
static inline __attribute__((unused)) Picture picture_over(PixelFormat format, Size size, uint8_t* memory) {
  const ptrdiff_t w = size.width, cw = half_up(size.width);
  const ptrdiff_t luma = w * size.height, chroma = cw * half_up(size.height);
  switch (format) {
    case PixelFormat::rgb24:
      return {format, size, {memory, nullptr, nullptr}, {w * 3, 0, 0}};
    case PixelFormat::nv12:
      return {format, size, {memory, memory + luma, nullptr}, {w, cw * 2, 0}};
    case PixelFormat::i420:
      return {format, size, {memory, memory + luma, memory + luma + chroma}, {w, cw, cw}};
    default:
      return {format, size, {memory, memory + luma, memory + 2 * luma}, {w, w, w}};
  }
}

/// Copies the pixels of `to`'s size and format from a picture that has at least these.
static inline __attribute__((unused)) void copy_picture(const Picture& from, const Picture& to) {
  for (int plane = 0; plane < 3 && to.plane[plane]; plane++) {
    const PlaneSize size = plane_size(to, plane);
    for (int j = 0; j < size.rows; j++) {
      std::memcpy(to.plane[plane] + j * to.stride[plane], from.plane[plane] + j * from.stride[plane], size.row_bytes);
    }
  }
}

}  // namespace framekiln
