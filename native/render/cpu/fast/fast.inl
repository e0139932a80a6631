// SPDX-License-Identifier: Apache-2.0
// The fast renderer, for one instruction set: a unit defines FK_VARIANT (its namespace) and FK_VECTOR_BYTES, and
// includes this. Nothing here has external linkage but make_renderer, and no std template is used: the linker merges
// such symbols over units, and could keep the copy that an older CPU cannot run.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

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
#include "render/cpu/fast/simd.inl"
#include "render/cpu/fast/band.inl"
#if FK_VECTOR_BYTES > 16
#include "render/cpu/fast/bulk_shuffle.inl"
#else
#include "render/cpu/fast/bulk_flat.inl"
#endif
#include "render/cpu/fast/write.inl"
#include "render/cpu/fast/patch.inl"
#include "render/cpu/fast/paint_fractal.inl"
#include "render/cpu/fast/paint_geometric.inl"
#include "render/cpu/fast/mandelbrot_disc.inl"
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

  void render(const scene::FrameParams& params, const Picture& out) override { draw(params, &out); }
  void paint(const scene::FrameParams& params) override { draw(params, nullptr); }

 private:
  void draw(const scene::FrameParams& params, const Picture* out) {
    // Beyond this, float64 phases are too coarse for the float32 shortcuts of plasma.
    if (!(std::fabs(params.time) < 1e8)) {
      // Made when first needed: it holds a whole frame.
      if (!reference_) reference_ = reference::make_renderer(format_, size_);
      return out ? reference_->render(params, *out) : reference_->paint(params);
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

  template <typename Painter>
  void draw(Painter& painter, const scene::FrameParams& params, const Picture* out) {
    painter.begin(params, colours_);
    band_.patches = 0;
    equal_rows_ = 0;
    for (int first = 0; first < size_.height; first += Painter::kRows) {
      const int rows = min(Painter::kRows, size_.height - first);
      painter.paint(first, rows, band_);
      for (int r = 0; out && r < rows; r += 2) write_pair(first + r, r, min(2, rows - r), *out);
    }
  }

  /// Rows j and j + 1 of the picture, from row r of the band.
  void write_pair(int j, int r, int rows, const Picture& out) {
    const size_t row_bytes = static_cast<size_t>(size_.width) * (format_ == PixelFormat::rgb24 ? 3 : 1);
    for (int k = 0; k < rows; k++) {
      const bool same = band_.same[r + k];
      equal_rows_ = same ? equal_rows_ + 1 : 0;
      for (int plane = 0; plane < planes(); plane++) {
        uint8_t* row = out.plane[plane] + (j + k) * out.stride[plane];
        if (same) {
          __builtin_memcpy(row, row - out.stride[plane], row_bytes);
        } else if (format_ == PixelFormat::rgb24) {
          write_rgb_row(band_.row[r + k], size_.width, colours_, row);
        } else {
          const uint8_t* const tables[] = {colours_.luma, colours_.cb, colours_.cr};
          write_plane_row(band_.row[r + k], size_.width, tables[plane], row);
        }
      }
      for (int p = 0; p < band_.patches; p++) patch_row(band_.patch[p], j + k, band_.pixels(k), out);
    }
    if (format_ == PixelFormat::nv12 || format_ == PixelFormat::i420) write_chroma(j, r, rows, out);
  }

  void patch_row(Patch p, int j, const uint32_t* pixel, const Picture& out) {
    uint8_t* row[3];
    for (int plane = 0; plane < planes(); plane++) row[plane] = out.plane[plane] + j * out.stride[plane];
    if (format_ == PixelFormat::rgb24) return patch_rgb_row(pixel, p, row[0]);
    patch_luma_row(pixel, p, row[0]);
    if (format_ == PixelFormat::yuv444p) patch_full_chroma_row(pixel, p, row[1], row[2]);
  }

  void write_chroma(int j, int r, int rows, const Picture& out) {
    const bool nv12 = format_ == PixelFormat::nv12;
    uint8_t* const first = out.plane[1] + j / 2 * out.stride[1];
    const int pairs = half_up(size_.width);
    // These rows and the pair before are all equal.
    if (equal_rows_ > rows) {
      __builtin_memcpy(first, first - out.stride[1], static_cast<size_t>(pairs) * (nv12 ? 2 : 1));
      if (!nv12) {
        uint8_t* const second = out.plane[2] + j / 2 * out.stride[2];
        __builtin_memcpy(second, second - out.stride[2], static_cast<size_t>(pairs));
      }
      return;
    }
    uint8_t* const to = nv12 ? first : band_.pairs.data();
    write_chroma_row(band_.row[r], band_.row[r + rows - 1], size_.width, colours_, to);
    for (int p = 0; p < band_.patches; p++) {
      patch_chroma_row(band_.pixels(0), band_.pixels(rows - 1), band_.patch[p], band_.sums.data(), to);
    }
    if (!nv12) split_chroma_row(to, pairs, first, out.plane[2] + j / 2 * out.stride[2]);
  }

  /// Planes written row by row at full size: 4:2:0 chroma is not.
  int planes() const { return format_ == PixelFormat::yuv444p ? 3 : 1; }

  PixelFormat format_;
  Size size_;
  Band band_;
  ColourTable colours_{};
  /// How many rows up to the last one written are equal to the one before them.
  int equal_rows_ = 0;
  FractalPainter fractal_;
  GeometricPainter geometric_;
  MandelbrotPainter mandelbrot_;
  PlasmaPainter plasma_;
  Renderer* reference_ = nullptr;
};

}  // namespace

Renderer* make_renderer(PixelFormat format, Size size) { return new FastRenderer(format, size); }

}  // namespace framekiln::FK_VARIANT
