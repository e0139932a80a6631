// SPDX-License-Identifier: Apache-2.0
// The truth that every other variant is compared with: each pixel on its own, straight from the scene headers.
#include <algorithm>
#include <vector>

#include "frame/colour.h"
#include "render/cpu/variants.h"
#include "scene/fractal.h"
#include "scene/geometric.h"
#include "scene/mandelbrot.h"
#include "scene/plasma.h"

namespace framekiln::reference {
namespace {

using scene::FrameParams;

void put_colour(const scene::Palette& palette, int colour, uint8_t* rgb) {
  for (int c = 0; c < 3; c++) rgb[c] = colour == scene::kBlack ? 0 : scene::to_byte(palette.rgb[colour][c]);
}

template <typename PixelFunction>
void each_pixel(Size size, uint8_t* rgb, PixelFunction pixel) {
  for (int j = 0; j < size.height; j++) {
    for (int i = 0; i < size.width; i++, rgb += 3) pixel(i, j, rgb);
  }
}

void draw_rgb(const FrameParams& p, Size size, uint8_t* rgb) {
  switch (scene::family_of(p.complexity)) {
    case scene::Family::geometric: {
      const scene::Geometric s = scene::make_geometric(p, size.width, size.height);
      return each_pixel(size, rgb, [&](int i, int j, uint8_t* out) {
        scene::geometric_pixel(s, scene::axis_at(s.x, i), scene::axis_at(s.y, j), out);
      });
    }
    case scene::Family::fractal: {
      const scene::Fractal s = scene::make_fractal(p, size.width, size.height);
      return each_pixel(size, rgb, [&](int i, int j, uint8_t* out) {
        put_colour(s.palette, scene::fractal_pixel(s, scene::fractal_x(s, i), scene::fractal_y(s, j)), out);
      });
    }
    case scene::Family::plasma: {
      const scene::Plasma s = scene::make_plasma(p, size.width, size.height);
      return each_pixel(size, rgb, [&](int i, int j, uint8_t* out) {
        put_colour(s.palette, scene::plasma_pixel(s, scene::axis_at(s.x, i), scene::axis_at(s.y, j)), out);
      });
    }
    default: {
      const scene::Mandelbrot s = scene::make_mandelbrot(p, size.width, size.height);
      return each_pixel(size, rgb, [&](int i, int j, uint8_t* out) {
        const int iterations = scene::mandelbrot_iterations(scene::axis_at(s.x, i), scene::axis_at(s.y, j));
        put_colour(s.palette, s.colour[iterations], out);
      });
    }
  }
}

class ReferenceRenderer final : public Renderer {
 public:
  ReferenceRenderer(PixelFormat format, Size size)
      : format_(format), size_(size), rgb_(picture_bytes(PixelFormat::rgb24, size)) {}

  void paint(const FrameParams& params) override { draw_rgb(params, size_, rgb_.data()); }

  void render(const FrameParams& params, const Picture& out) override {
    paint(params);
    if (format_ == PixelFormat::rgb24) {
      for (int j = 0; j < size_.height; j++) {
        std::copy_n(pixel(0, j), static_cast<size_t>(size_.width) * 3, out.plane[0] + j * out.stride[0]);
      }
      return;
    }
    for (int j = 0; j < size_.height; j++) {
      for (int i = 0; i < size_.width; i++) {
        const uint8_t* p = pixel(i, j);
        out.plane[0][j * out.stride[0] + i] = colour::luma(p[0], p[1], p[2]);
        if (format_ == PixelFormat::yuv444p) {
          out.plane[1][j * out.stride[1] + i] = colour::chroma_of_one(colour::cb64(p[0], p[1], p[2]));
          out.plane[2][j * out.stride[2] + i] = colour::chroma_of_one(colour::cr64(p[0], p[1], p[2]));
        }
      }
    }
    if (format_ != PixelFormat::yuv444p) put_chroma_420(out);
  }

 private:
  const uint8_t* pixel(int i, int j) const {
    return rgb_.data() + (static_cast<size_t>(j) * static_cast<size_t>(size_.width) + static_cast<size_t>(i)) * 3;
  }

  void put_chroma_420(const Picture& out) const {
    for (int j = 0; j < half_up(size_.height); j++) {
      for (int i = 0; i < half_up(size_.width); i++) {
        uint32_t cb = 0, cr = 0;
        for (int k = 0; k < 4; k++) {
          // An odd last column or row counts twice.
          const uint8_t* p = pixel(std::min(2 * i + k % 2, size_.width - 1), std::min(2 * j + k / 2, size_.height - 1));
          cb += colour::cb64(p[0], p[1], p[2]);
          cr += colour::cr64(p[0], p[1], p[2]);
        }
        const bool nv12 = format_ == PixelFormat::nv12;
        uint8_t* at = out.plane[1] + j * out.stride[1] + i * (nv12 ? 2 : 1);
        *at = colour::chroma_of_four(cb);
        *(nv12 ? at + 1 : out.plane[2] + j * out.stride[2] + i) = colour::chroma_of_four(cr);
      }
    }
  }

  PixelFormat format_;
  Size size_;
  std::vector<uint8_t> rgb_;
};

}  // namespace

Renderer* make_renderer(PixelFormat format, Size size) { return new ReferenceRenderer(format, size); }

}  // namespace framekiln::reference
