// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.h"

#include <cmath>
#include <memory>
#include <string>

#include "frame/colour.h"
#include "measure/quality.h"
#include "measure/resize_linear.h"

namespace framekiln {
namespace {

/// Memory that nobody clears first.
class Memory {
 public:
  uint8_t* of(size_t bytes) {
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<uint8_t[]>(bytes);
    return bytes_.get();
  }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
};

/// A frame of one side, at the size that both are compared at.
class Slot {
 public:
  Slot(Side& side, Size size) : side_(side), size_(size), samples_(picture_bytes(PixelFormat::rgb24, size)) {
    scales_ = side.size().width != size.width || side.size().height != size.height;
  }

  /// Packed rgb24 of frame `i`, until the next call.
  const uint8_t* rgb(int i) {
    const uint8_t* own = side_.coded_rgb(i);
    if (own && !scales_) return rgb_ = own;
    const Picture rgb = picture_over(PixelFormat::rgb24, size_, drawn_.of(samples_));
    rgb_ = rgb.plane[0];
    if (!scales_) {
      side_.rgb(i, rgb);
      return rgb_;
    }
    const Size size = side_.size();
    const Picture unscaled =
        picture_over(PixelFormat::rgb24, size, unscaled_.of(picture_bytes(PixelFormat::rgb24, size)));
    side_.rgb(i, unscaled);
    resize_linear(unscaled, rgb);
    return rgb_;
  }

  /// Packed luma of the frame that rgb() gave.
  const uint8_t* luma(int i, Luma matrix) {
    if (const uint8_t* coded = scales_ ? nullptr : side_.coded_luma(i, matrix)) return coded;
    uint8_t* out = luma_.of(samples_ / 3);
    const auto fill = [&](auto of) {
      for (size_t p = 0; p < samples_ / 3; p++) out[p] = of(rgb_[3 * p], rgb_[3 * p + 1], rgb_[3 * p + 2]);
    };
    if (matrix == Luma::bt709) {
      fill([](int r, int g, int b) { return colour::luma(r, g, b); });
    } else {
      fill([](int r, int g, int b) { return colour::luma_601(r, g, b); });
    }
    return out;
  }

 private:
  Side& side_;
  Size size_;
  size_t samples_;
  bool scales_;
  const uint8_t* rgb_ = nullptr;
  Memory drawn_, unscaled_, luma_;
};

void check_sides(const Side& a, const Side& b) {
  if (a.count() != b.count()) {
    throw Error("INVALID_ARGUMENT", "Expected as many frames on both sides but received " + std::to_string(a.count()) +
                                        " and " + std::to_string(b.count()));
  }
  if (a.size().width < kSsimWindow || a.size().height < kSsimWindow) {
    throw Error("INVALID_ARGUMENT", "Expected frames of at least 7x7 pixels, the window of SSIM, but received " +
                                        std::to_string(a.size().width) + "x" + std::to_string(a.size().height));
  }
}

}  // namespace

std::vector<FrameQuality> compare_frames(Side& a, Side& b, CpuLevel cpu, CompareOptions options, Control control) {
  check_sides(a, b);
  check_cpu_level(cpu);
  const Size size = a.size();
  const size_t samples = picture_bytes(PixelFormat::rgb24, size);
  Slot left(a, size), right(b, size);
  std::vector<FrameQuality> qualities;
  for (int i = 0; i < a.count(); i++) {
    control.check();
    FrameQuality quality{NAN, NAN, NAN, NAN};
    const uint8_t *p = left.rgb(i), *q = right.rgb(i);
    quality.squared_error = static_cast<double>(squared_error(cpu, p, q, samples));
    // Of equal pictures every window gives exactly 1.
    const auto ssim = [&] { return quality.squared_error == 0 ? 1 : ssim_rgb(cpu, p, q, size); };
    if (!options.psnr_only) quality.ssim = ssim();
    if (options.luma) {
      const uint8_t *y = left.luma(i, *options.luma), *z = right.luma(i, *options.luma);
      quality.luma_squared_error = static_cast<double>(squared_error(cpu, y, z, samples / 3));
      if (!options.psnr_only) quality.luma_ssim = ssim_plane(y, z, size);
    }
    qualities.push_back(quality);
    control.count_frame();
  }
  return qualities;
}

}  // namespace framekiln
