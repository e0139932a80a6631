// SPDX-License-Identifier: Apache-2.0
#include "compare/side.h"

#include "render/cpu/cpu_renderer.h"

namespace framekiln {
namespace {

class DrawnSide final : public Side {
 public:
  DrawnSide(const Frames& frames, CpuLevel cpu)
      : Side(frames.size, frames.count),
        frames_(frames),
        renderer_(make_cpu_renderer(cpu, PixelFormat::rgb24, frames.size)) {}

  void rgb(int i, const Picture& out) override { renderer_->render(frames_.at(i), out); }
  const uint8_t* coded_rgb(int) override { return nullptr; }
  const uint8_t* coded_luma(int, Luma) override { return nullptr; }

 private:
  Frames frames_;
  std::unique_ptr<Renderer> renderer_;
};

class DecodedSide final : public Side {
 public:
  DecodedSide(const PixelLayout& layout, Conversion conversion, const uint8_t* pixels, int count)
      : Side(layout.size, count),
        pixels_(pixels),
        bytes_(frame_bytes(layout)),
        is_rgb_(layout.format == AV_PIX_FMT_RGB24),
        converter_(layout, conversion) {}

  void rgb(int i, const Picture& out) override { converter_.to_rgb(at(i), out); }
  const uint8_t* coded_rgb(int i) override { return is_rgb_ ? at(i) : nullptr; }
  const uint8_t* coded_luma(int i, Luma matrix) override {
    return converter_.luma(at(i), matrix == Luma::bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M);
  }

 private:
  const uint8_t* at(int i) const { return pixels_ + static_cast<size_t>(i) * bytes_; }

  const uint8_t* pixels_;
  size_t bytes_;
  bool is_rgb_;
  PixelConverter converter_;
};

}  // namespace

Side::~Side() = default;

std::unique_ptr<Side> drawn_side(const Frames& frames, CpuLevel cpu) {
  return std::make_unique<DrawnSide>(frames, cpu);
}

std::unique_ptr<Side> decoded_side(const PixelLayout& layout, Conversion conversion, const uint8_t* pixels, int count) {
  return std::make_unique<DecodedSide>(layout, conversion, pixels, count);
}

}  // namespace framekiln
