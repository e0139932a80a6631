// SPDX-License-Identifier: Apache-2.0
// The fast renderer, for one instruction set: a unit defines FK_VARIANT (its namespace) and FK_VECTOR_BYTES, and
// includes this. Nothing here has external linkage but make_renderer, and no std template is used: the linker merges
// such symbols over units, and could keep the copy that an older CPU cannot run.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

#include "frame/colour.h"
#include "render/cpu/variants.h"
#include "scene/fractal.h"
#include "scene/geometric.h"
#include "scene/mandelbrot.h"
#include "scene/plasma.h"

namespace framekiln::FK_VARIANT {
namespace {

// Each part uses those before it.
// clang-format off
#include "render/cpu/fast/memory.inl"
#include "render/cpu/fast/band.inl"
#include "render/cpu/fast/write.inl"
#include "render/cpu/fast/patch.inl"
#include "render/cpu/fast/paint_fractal.inl"
#include "render/cpu/fast/paint_geometric.inl"
#include "render/cpu/fast/paint_mandelbrot.inl"
#include "render/cpu/fast/paint_plasma.inl"
// clang-format on

class FastRenderer final : public Renderer {
 public:
  FastRenderer(PixelFormat format, Size size)
      : format_(format),
        size_(size),
        band_(size.width),
        fractal_(size),
        geometric_(size),
        mandelbrot_(size),
        plasma_(size) {}
  ~FastRenderer() override { delete reference_; }

  void render(const scene::FrameParams& params, const Picture& out) override {
    // Beyond this, float64 phases are too coarse for the float32 shortcuts of plasma.
    if (!(std::fabs(params.time) < 1e8)) {
      // Made when first needed: it holds a whole frame.
      if (!reference_) reference_ = reference::make_renderer(format_, size_);
      return reference_->render(params, out);
    }
    switch (scene::family_of(params.complexity)) {
      case scene::Family::geometric:
        return draw(geometric_, params, out);
      case scene::Family::fractal:
        return draw(fractal_, params, out);
      case scene::Family::plasma:
        return draw(plasma_, params, out);
      default:
        return draw(mandelbrot_, params, out);
    }
  }

 private:
  template <typename Painter>
  void draw(Painter& painter, const scene::FrameParams& params, const Picture& out) {
    painter.begin(params, colours_);
    band_.patches = 0;
    for (int first = 0; first < size_.height; first += Painter::kRows) {
      const int rows = min(Painter::kRows, size_.height - first);
      painter.paint(first, rows, band_);
      for (int r = 0; r < rows; r += 2) write_pair(first + r, r, min(2, rows - r), out);
    }
  }

  /// Rows j and j + 1 of the picture, from row r of the band.
  void write_pair(int j, int r, int rows, const Picture& out) {
    const int width = size_.width;
    for (int k = 0; k < rows; k++) {
      const uint8_t* index = band_.row(r + k);
      for (int plane = 0; plane < planes(); plane++) {
        uint8_t* row = out.plane[plane] + (j + k) * out.stride[plane];
        if (r + k > 0 && band_.same[r + k] && band_.patches == 0) {
          __builtin_memcpy(row, row - out.stride[plane],
                           static_cast<size_t>(width) * (format_ == PixelFormat::rgb24 ? 3 : 1));
        } else if (format_ == PixelFormat::rgb24) {
          write_rgb_row(index, width, colours_, row);
        } else {
          write_plane_row(index, width, plane == 0 ? colours_.luma : plane == 1 ? colours_.cb : colours_.cr, row);
        }
      }
    }
    for (int p = 0; p < band_.patches; p++) patch_rows(band_.patch[p], j, rows, out);
    if (format_ == PixelFormat::nv12 || format_ == PixelFormat::i420) write_chroma(j, r, rows, out);
  }

  void patch_rows(Patch p, int j, int rows, const Picture& out) {
    static constexpr uint8_t (*convert[3])(int, int, int) = {luma_of, cb_of, cr_of};
    for (int k = 0; k < rows; k++) {
      const uint8_t* rgb = patch_row(k);
      for (int plane = 0; plane < planes(); plane++) {
        uint8_t* row = out.plane[plane] + (j + k) * out.stride[plane];
        if (format_ == PixelFormat::rgb24) {
          __builtin_memcpy(row + p.begin * 3, rgb + p.begin * 3, static_cast<size_t>(p.end - p.begin) * 3);
        } else {
          patch_plane_row(rgb, p, convert[plane], row);
        }
      }
    }
  }

  void write_chroma(int j, int r, int rows, const Picture& out) {
    const bool nv12 = format_ == PixelFormat::nv12;
    uint8_t* cb = out.plane[1] + j / 2 * out.stride[1];
    uint8_t* cr = nv12 ? cb + 1 : out.plane[2] + j / 2 * out.stride[2];
    const bool repeats =
        r > 0 && band_.patches == 0 && rows == 2 && band_.same[r - 1] && band_.same[r] && band_.same[r + 1];
    if (repeats) {
      const size_t bytes = static_cast<size_t>(half_up(size_.width)) * (nv12 ? 2 : 1);
      __builtin_memcpy(cb, cb - out.stride[1], bytes);
      if (!nv12) __builtin_memcpy(cr, cr - out.stride[2], bytes);
      return;
    }
    const uint8_t* top = band_.row(r);
    const uint8_t* bottom = band_.row(r + rows - 1);
    if (nv12) {
      write_chroma_row<true>(top, bottom, size_.width, colours_, cb, cr);
    } else {
      write_chroma_row<false>(top, bottom, size_.width, colours_, cb, cr);
    }
    for (int p = 0; p < band_.patches; p++) {
      patch_chroma_row(patch_row(0), patch_row(rows - 1), band_.patch[p], cb, cr, nv12 ? 2 : 1);
    }
  }

  /// Planes written row by row at full size: 4:2:0 chroma is not.
  int planes() const { return format_ == PixelFormat::yuv444p ? 3 : 1; }
  const uint8_t* patch_row(int k) const { return band_.rgb.data() + k * size_.width * 3; }

  PixelFormat format_;
  Size size_;
  Band band_;
  ColourTable colours_{};
  FractalPainter fractal_;
  GeometricPainter geometric_;
  MandelbrotPainter mandelbrot_;
  PlasmaPainter plasma_;
  Renderer* reference_ = nullptr;
};

}  // namespace

Renderer* make_renderer(PixelFormat format, Size size) { return new FastRenderer(format, size); }

}  // namespace framekiln::FK_VARIANT
