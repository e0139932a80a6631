// SPDX-License-Identifier: Apache-2.0
// The kernels, for GPUs and, in tests, for the host: a unit says how the threads of a block run (Exec) and includes
// this.
#include <cmath>
#include <cstring>

#include "render/cuda/kernel/hash_job.h"
#include "render/cuda/kernel/job.h"

#if defined(__CUDACC__)
#define FK_UNROLL _Pragma("unroll")
#else
#define FK_UNROLL _Pragma("GCC unroll 16")
#endif

namespace framekiln::gpu {
namespace {

constexpr int kStripWidth = 16, kStripsAcross = kTileWidth / kStripWidth;
/// Of a strip that has more colours than one.
constexpr int kMixed = -1;

FK_HD int smaller(int a, int b) { return a < b ? a : b; }
FK_HD float smaller(float a, float b) { return a < b ? a : b; }
FK_HD float larger(float a, float b) { return a > b ? a : b; }

/// The lowest bit that is set.
FK_HD int lowest(uint32_t word) {
#if defined(__CUDA_ARCH__)
  return __ffs(static_cast<int>(word)) - 1;
#else
  return __builtin_ctz(word);
#endif
}

// Each part uses those before it.
// clang-format off
#include "render/cuda/kernel/words.inl"
#include "render/cuda/kernel/approximate.inl"
#include "render/cuda/kernel/sine.inl"
#include "render/cuda/kernel/write.inl"
#include "render/cuda/kernel/indices.inl"
#include "render/cuda/kernel/tile.inl"
#include "render/cuda/kernel/paint_geometric.inl"
#include "render/cuda/kernel/paint_fractal.inl"
#include "render/cuda/kernel/paint_plasma.inl"
#include "render/cuda/kernel/paint_mandelbrot.inl"
#include "render/cuda/kernel/hash.inl"
// clang-format on

}  // namespace
}  // namespace framekiln::gpu

/// Every drawing kernel: fk_draw_FAMILY_FORMAT, its painter and its writer.
#define FK_DRAW_KERNELS(X)                           \
  FK_DRAW_KERNELS_OF(X, geometric, GeometricPainter) \
  FK_DRAW_KERNELS_OF(X, fractal, FractalPainter)     \
  FK_DRAW_KERNELS_OF(X, plasma, PlasmaPainter)       \
  FK_DRAW_KERNELS_OF(X, mandelbrot, MandelbrotPainter)
#define FK_DRAW_KERNELS_OF(X, family, Painter)     \
  X(fk_draw_##family##_rgb24, Painter, WriteRgb24) \
  X(fk_draw_##family##_nv12, Painter, WriteNv12)   \
  X(fk_draw_##family##_i420, Painter, WriteI420)   \
  X(fk_draw_##family##_yuv444p, Painter, WriteYuv444p)
