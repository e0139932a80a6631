// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/draw_job.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace framekiln::gpu {
namespace {

using scene::Family;

constexpr double kLongestTime = 1e5;
constexpr double kTurn = 6.283185307179586;
/// For what is rounded to float32, and for sums in it.
constexpr double kAbove = 1.001;

double reduced(double phase) {
  const double r = std::fmod(phase, kTurn);
  return r < 0 ? r + kTurn : r;
}

Shade shade_of_palette(const scene::Palette& palette, int colour) {
  int rgb[3] = {};
  for (int c = 0; c < 3 && colour < palette.count; c++) rgb[c] = scene::to_byte(palette.rgb[colour][c]);
  return shade_of(rgb[0], rgb[1], rgb[2]);
}

/// Entry i is the palette's colour i, entry `count` is black.
void set_palette(const scene::Palette& palette, DrawJob& job) {
  for (int i = 0; i <= palette.count; i++) {
    job.shade[i] = shade_of_palette(palette, i);
    for (int c = 0; c < 3; c++) {
      job.bytes.rgb[c][i / 4] |= (job.shade[i].rgb >> 8 * c & 0xff) << 8 * (i % 4);
      job.bytes.ycc[c][i / 4] |= (job.shade[i].ycc >> 8 * c & 0xff) << 8 * (i % 4);
    }
  }
}

/// Entry i is the sum of the circles whose bits it has.
void set_circles(const scene::Geometric& g, DrawJob& job) {
  for (int set = 0; set < 1 << g.count; set++) {
    int rgb[3];
    for (int c = 0; c < 3; c++) {
      double sum = 0;
      for (int i = 0; i < g.count; i++) {
        if (set >> i & 1) sum += g.palette.rgb[g.circle[i].colour][c];
      }
      rgb[c] = scene::to_byte(sum > 1 ? 1 : sum);
      job.circles.sum[set][c] = static_cast<float>(sum);
    }
    job.shade[set] = shade_of(rgb[0], rgb[1], rgb[2]);
  }
  GeometricFloats& f = job.circles;
  f.step_x = static_cast<float>(g.x.step);
  f.step_y = static_cast<float>(g.y.step);
  for (int i = 0; i < g.count; i++) {
    const scene::Geometric::Circle& circle = g.circle[i];
    const double outer = circle.r + kGeometricSlack, inner = circle.r - scene::Geometric::kSoft - kGeometricSlack;
    f.cx[i] = static_cast<float>(circle.cx);
    f.cy[i] = static_cast<float>(circle.cy);
    f.r[i] = static_cast<float>(circle.r);
    f.outer[i] = static_cast<float>(outer * outer);
    f.inner[i] = inner > 0 ? static_cast<float>(inner * inner) : -1;
    for (int c = 0; c < 3; c++) {
      const double channel = g.palette.rgb[circle.colour][c];
      f.rgb[i][c] = static_cast<float>(channel);
      if (channel != 0) f.channels[i] |= 1u << c;
    }
  }
}

/// The function is (s1 + s2 + s3 + s4) / 8 + 1 / 2, with sines of 10 x, 10 y, 7 (x + y) and 8 sqrt(x^2 + y^2).
PlasmaFloats floats_of(const scene::Plasma& plasma) {
  PlasmaFloats f{};
  const double to = plasma.to, part = plasma.palette.count / 8.0;
  f.step_x = static_cast<float>(plasma.x.step);
  f.step_y = static_cast<float>(plasma.y.step);
  f.x = static_cast<float>(reduced(to));
  f.y = static_cast<float>(reduced(to * 0.7));
  f.xy = static_cast<float>(reduced(to * 1.3));
  f.r = static_cast<float>(reduced(to * 0.9));
  f.count = static_cast<float>(plasma.palette.count);
  // From an area's centre to its outermost pixels.
  const double dx = (kAreaWidth - 1) / 2.0 * plasma.x.step + 1e-6;
  const double dy = (kAreaHeight - 1) / 2.0 * plasma.y.step + 1e-6;
  // Second derivatives: 100 along each axis, 49 along both, and 64 of the radius where 8 / radius is no more.
  const double curve = 164 * (dx * dx + dy * dy) + 49 * (dx + dy) * (dx + dy);
  f.spread_x = static_cast<float>(dx * part * kAbove);
  f.spread_y = static_cast<float>(dy * part * kAbove);
  f.spread = static_cast<float>(curve / 2 * part * kAbove + 2 * kPlasmaGuard * plasma.palette.count);
  f.least_radius = static_cast<float>((0.125 + dx + dy) * kAbove);
  // No pixel of a block is further from its second than so many columns and rows.
  f.reach_x = static_cast<float>((kBlockWidth - 2) * plasma.x.step * part * kAbove);
  f.reach_y = static_cast<float>((kBlockHeight - 1) * plasma.y.step * part * kAbove);
  // Up to 100 + 49 + 64 along an axis, and 49 + 64 across.
  f.steeper_x = static_cast<float>(213 * dx + 113 * dy);
  f.steeper_y = static_cast<float>(213 * dy + 113 * dx);
  return f;
}

int last_change_of(const scene::Mandelbrot& m) {
  int last = 1;
  for (int k = 1; k < scene::Mandelbrot::kIterations; k++) {
    if (m.colour[k] != m.colour[k - 1]) last = k;
  }
  return last;
}

}  // namespace

bool can_draw(const scene::FrameParams& params) { return std::fabs(params.time) < kLongestTime; }

DrawJob make_draw_job(const scene::FrameParams& params, Size size, const cuda::DevicePicture& out, CUdeviceptr doubts) {
  DrawJob job;
  std::memset(static_cast<void*>(&job), 0, sizeof job);
  for (int p = 0; p < 3; p++) {
    job.plane[p].address = out.plane[p];
    job.stride[p] = out.stride[p];
  }
  job.doubts.address = doubts;
  switch (scene::family_of(params.complexity)) {
    case Family::geometric:
      job.geometric = scene::make_geometric(params, size.width, size.height);
      set_circles(job.geometric, job);
      break;
    case Family::fractal:
      job.fractal = scene::make_fractal(params, size.width, size.height);
      set_palette(job.fractal.palette, job);
      break;
    case Family::plasma:
      job.plasma = scene::make_plasma(params, size.width, size.height);
      set_palette(job.plasma.palette, job);
      job.waves = floats_of(job.plasma);
      break;
    case Family::mandelbrot:
      job.mandelbrot = scene::make_mandelbrot(params, size.width, size.height);
      set_palette(job.mandelbrot.palette, job);
      job.last_change = last_change_of(job.mandelbrot);
      break;
  }
  return job;
}

const char* draw_kernel(Family family, PixelFormat format) {
#define FK_NAMES(family) \
  { "fk_draw_" family "_rgb24", "fk_draw_" family "_nv12", "fk_draw_" family "_i420", "fk_draw_" family "_yuv444p" }
  static constexpr const char* const kNames[scene::kFamilyCount][4] = {FK_NAMES("geometric"), FK_NAMES("fractal"),
                                                                       FK_NAMES("plasma"), FK_NAMES("mandelbrot")};
#undef FK_NAMES
  return kNames[static_cast<int>(family)][static_cast<int>(format)];
}

HashArgs make_hash_args(PixelFormat format, Size size) {
  HashArgs args{};
  args.bytes = picture_bytes(format, size);
  uint8_t unused;
  const Picture packed = picture_over(format, size, &unused);
  uint64_t end = 0;
  for (int p = 0; p < 3; p++) {
    if (packed.plane[p]) {
      const PlaneSize plane = plane_size(packed, p);
      end += plane.row_bytes * static_cast<uint64_t>(plane.rows);
      args.row_bytes[p] = plane.row_bytes;
    }
    args.plane_end[p] = end;
  }
  const HashSecret secret = hash_secret();
  static_assert(sizeof args.secret == sizeof secret);
  std::memcpy(args.secret, secret.data(), sizeof args.secret);
  return args;
}

uint32_t hash_blocks(const HashArgs& args) { return static_cast<uint32_t>((args.bytes - 1) / 1024 + 1); }

FrameHash canonical_hash(const uint64_t result[2]) {
  FrameHash hash;
  for (size_t i = 0; i < 8; i++) {
    hash[i] = static_cast<uint8_t>(result[1] >> (56 - 8 * i));
    hash[8 + i] = static_cast<uint8_t>(result[0] >> (56 - 8 * i));
  }
  return hash;
}

}  // namespace framekiln::gpu
