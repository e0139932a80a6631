// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frame/colour.h"
#include "scene/family.h"
#include "scene/fractal.h"
#include "scene/geometric.h"
#include "scene/mandelbrot.h"
#include "scene/plasma.h"

// What the host hands to the kernels. Everything that all pixels of a frame share is computed on the host, where sine
// and cosine are the C library's.
namespace framekiln::gpu {

/// A block of so many threads draws a tile of so many pixels.
constexpr int kThreads = 128, kTileWidth = 256;
/// Rows of it. Taller tiles share more of what is a column's, where the block's memory and an even load allow it.
constexpr int tile_height(scene::Family family) {
  return family == scene::Family::fractal || family == scene::Family::plasma ? 64 : 32;
}

/// Plasma is looked at in areas of so many pixels, and in blocks of them.
constexpr int kAreaWidth = 16, kAreaHeight = 4, kBlockWidth = 4, kBlockHeight = 2;

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

/// Indices below this are nibbles, and bytes of a table of them are two words.
constexpr int kIndices = 8;
static_assert(scene::kMaxColours < kIndices, "black comes behind the palette");

/// The channels of the first eight shades.
struct ByteTables {
  uint32_t rgb[3][2], ycc[3][2];
};

/// What float32 needs of a geometric scene.
struct GeometricFloats {
  float step_x, step_y;  ///< from pixel to pixel
  float cx[scene::Geometric::kMaxCircles], cy[scene::Geometric::kMaxCircles], r[scene::Geometric::kMaxCircles];
  /// Squares of distances: beyond one a circle is not, within the other it is whole.
  float outer[scene::Geometric::kMaxCircles], inner[scene::Geometric::kMaxCircles];
  float rgb[scene::Geometric::kMaxCircles][3];
  uint32_t channels[scene::Geometric::kMaxCircles];  ///< bits of those that a circle adds to
  float sum[kShades][3];                             ///< of each set of circles, also above 1
};

/// Coordinates and radii are below 2 and off by 2e-7 in float32, so distances by less than this.
constexpr double kGeometricSlack = 4e-6;

/// Float32 gives plasma's function, from 0 to 1, within 2.3e-6: pixels are off by 1.2e-7, the arguments of sines, below
/// 32, by 2.5e-6 (the radial one by 7e-6, as roots are approximate), sines by 2e-7, and their sum is divided by 8. At
/// the centre of an area it is off by 3e-6.
constexpr float kPlasmaGuard = 4e-6f;

/// Sizes of a piece of plasma: its function times the number of bands, `count`, is there proven to stay in one.
struct PlasmaFloats {
  float step_x, step_y;  ///< from pixel to pixel
  float x, y, xy, r;     ///< phases, reduced to one turn
  float count;
  /// Of an area: what its steepness along each axis counts, and what is to be added for curvature and rounding; how far
  /// from the corner curvature is known.
  float spread_x, spread_y, spread, least_radius;
  /// Of a block, likewise; an area is nowhere steeper than at its centre by more than this.
  float reach_x, reach_y, steeper_x, steeper_y;
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
  ByteTables bytes;  ///< of the palette
  union {
    scene::Geometric geometric;
    scene::Fractal fractal;
    scene::Plasma plasma;
    scene::Mandelbrot mandelbrot;
  };
  union {
    GeometricFloats circles;  ///< of geometric
    PlasmaFloats waves;       ///< of plasma
    int last_change;          ///< of mandelbrot: at which count of iterations the colour changes last, or 1
  };
};

/// The drawing kernels' parameter: the grid's z is the job.
struct DrawArgs {
  Device<const DrawJob> jobs;
  int width, height;                  ///< of the frame
  int written_width, written_height;  ///< may be one larger: the last column and row are repeated
};

}  // namespace framekiln::gpu
