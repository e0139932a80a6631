// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frame/colour.h"
#include "scene/fractal.h"
#include "scene/geometric.h"
#include "scene/mandelbrot.h"
#include "scene/plasma.h"

// What the host hands to the kernels. Everything that all pixels of a frame share is computed on the host, where sine
// and cosine are the C library's.
namespace framekiln::gpu {

/// A block of so many threads draws a tile of so many pixels.
constexpr int kThreads = 128, kTileWidth = 256, kTileHeight = 32;

/// An address in the GPU's memory.
template <typename T>
struct Device {
  uint64_t address;

#if defined(FK_HOST_ADDRESS)
  // The kernels run on the host, for tests.
  T* get() const { return static_cast<T*>(FK_HOST_ADDRESS(address)); }
#else
  FK_BOTH T* get() const {
    T* const pointer = reinterpret_cast<T*>(address);
#if defined(__CUDA_ARCH__)
    __builtin_assume(__isGlobal(pointer));  // or stores would ask each time which memory it is
#endif
    return pointer;
  }
#endif
};

/// A colour in every form that a format needs.
struct Shade {
  uint32_t rgb;       ///< R | G << 8 | B << 16
  uint32_t ycc;       ///< Y | Cb << 8 | Cr << 16, of one pixel
  uint32_t chroma64;  ///< cb64 | cr64 << 16
};

FK_HD Shade shade_of(int r, int g, int b) {
  const uint32_t cb = colour::cb64(r, g, b), cr = colour::cr64(r, g, b);
  return {
      static_cast<uint32_t>(r | g << 8 | b << 16),
      static_cast<uint32_t>(colour::luma(r, g, b) | colour::chroma_of_one(cb) << 8 | colour::chroma_of_one(cr) << 16),
      cb | cr << 16};
}

constexpr int kShades = 16;

/// The phases of plasma's waves, reduced to one turn: float32 is enough for them then.
struct PlasmaPhases {
  double x, y, xy;
  float fx, fy, fxy, fr;
};

/// One frame to draw.
struct DrawJob {
  /// The planes, as cuda::DevicePicture has them.
  Device<uint8_t> plane[3];
  uint64_t stride[3];
  /// Counts pixels that could not be decided exactly: such a frame is drawn again by the CPU.
  Device<uint32_t> doubts;
  /// The palette's colours, then black; of geometric each set of circles.
  Shade shade[kShades];
  union {
    scene::Geometric geometric;
    scene::Fractal fractal;
    scene::Plasma plasma;
    scene::Mandelbrot mandelbrot;
  };
  union {
    float circle_rgb[scene::Geometric::kMaxCircles][3];  ///< of geometric: each circle's colour
    PlasmaPhases phases;                                 ///< of plasma
    int last_change;  ///< of mandelbrot: at which count of iterations the colour changes last, or 1
  };
};

/// The drawing kernels' parameter: the grid's z is the job.
struct DrawArgs {
  Device<const DrawJob> jobs;
  int width, height;                  ///< of the frame
  int written_width, written_height;  ///< may be one larger: the last column and row are repeated
};

}  // namespace framekiln::gpu
