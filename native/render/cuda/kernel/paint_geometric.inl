// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: circles. Float32 tells outside, inside and rim apart; only rims are computed, in float64.

struct GeometricPainter {
  static constexpr bool kDense = false;
  struct Memory {};

  const scene::Geometric& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Geometric& scene_of(const DrawJob& job) { return job.geometric; }

  template <typename Exec>
  FK_BOTH void prepare(Exec) const {}

  /// The set of circles that cover the whole strip, unless a rim goes through it.
  FK_BOTH int index_of_strip(int i, int j) const {
    const float x0 = column(i), x1 = column(i + kStripWidth - 1), y0 = row(j), y1 = row(j + 1);
    int set = 0;
    for (int c = 0; c < scene.count; c++) {
      const float cx = job.floats.circle[c].cx, cy = job.floats.circle[c].cy;
      const float left = x0 - cx, right = x1 - cx, top = y0 - cy, bottom = y1 - cy;
      const float near_x = larger(larger(left, -right), 0.0f), near_y = larger(larger(top, -bottom), 0.0f);
      const float far_x = larger(-left, right), far_y = larger(-top, bottom);
      const Side side = side_of(c, near_x * near_x + near_y * near_y, far_x * far_x + far_y * far_y);
      if (side == Side::rim) return kMixed;
      if (side == Side::inside) set |= 1 << c;
    }
    return set;
  }

  template <typename Exec>
  FK_BOTH Shade shade(int i, int j, const Shade* shades, Exec) const {
    const float x = column(i), y = row(j);
    int inside = 0, rim = 0;
    for (int c = 0; c < scene.count; c++) {
      const float dx = x - job.floats.circle[c].cx, dy = y - job.floats.circle[c].cy;
      const float norm = dx * dx + dy * dy;
      const Side side = side_of(c, norm, norm);
      inside |= (side == Side::inside) << c;
      rim |= (side == Side::rim) << c;
    }
    if (rim == 0) return shades[inside];
    // As geometric_pixel adds it up: a circle elsewhere adds 0, one that covers the pixel adds its colour.
    const double exact_x = scene::axis_at(scene.x, tile.column(i)), exact_y = scene::axis_at(scene.y, tile.row(j));
    double sum[3] = {0, 0, 0};
    for (int c = 0; c < scene.count; c++) {
      if (!((inside | rim) >> c & 1)) continue;
      const scene::Geometric::Circle& circle = scene.circle[c];
      const double s = rim >> c & 1 ? scene::geometric_cover(circle, exact_x, exact_y) : 1.0;
      for (int k = 0; k < 3; k++) sum[k] += s * scene.palette.rgb[circle.colour][k];
    }
    int rgb[3];
    for (int k = 0; k < 3; k++) rgb[k] = scene::to_byte(sum[k] < 0 ? 0 : sum[k] > 1 ? 1 : sum[k]);
    return shade_of(rgb[0], rgb[1], rgb[2]);
  }

 private:
  enum class Side { outside, rim, inside };

  /// Coordinates and radii are below 2 and off by 2e-7 in float32, so distances by less than kSlack.
  static constexpr float kSlack = 4e-6f;

  /// Where points lie whose squared distances from circle c's centre are from `near` to `far`.
  FK_BOTH Side side_of(int c, float near, float far) const {
    const float r = job.floats.circle[c].r, outer = r + kSlack;
    if (near > outer * outer) return Side::outside;
    const float inner = r - static_cast<float>(scene::Geometric::kSoft) - kSlack;
    return inner > 0 && far < inner * inner ? Side::inside : Side::rim;
  }

  /// A pixel's coordinate on the axis from 0 to 1. One column alone is at 0.
  FK_BOTH float column(int i) const { return static_cast<float>(tile.column(i)) * job.floats.step_x; }
  FK_BOTH float row(int j) const { return static_cast<float>(tile.row(j)) * job.floats.step_y; }
};
