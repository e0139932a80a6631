// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: plasma, coarse to fine. Areas within one band are proven by value, gradient and curvature at
// their centre; of the others blocks by the value of one pixel and the area's steepest gradient; what is left is
// computed by pixel in float32, those too near an edge for it in float64, and those too near for that are in doubt.

struct PlasmaPainter {
  static constexpr bool kIndexed = true;
  static constexpr int kTileHeight = tile_height(scene::Family::plasma);
  static constexpr int kAreasAcross = kTileWidth / kAreaWidth, kAreas = kAreasAcross * (kTileHeight / kAreaHeight);
  static constexpr int kBlocksAcross = kAreaWidth / kBlockWidth, kBlocks = kBlocksAcross * (kAreaHeight / kBlockHeight);
  static_assert(kAreaWidth == kStripWidth && kBlockWidth == 4);

  /// What depends on the column or the row alone, of pixels.
  template <int kCount>
  struct Side {
    alignas(16) float at[kCount], wave[kCount], sin7[kCount], cos7[kCount];
  };
  /// Likewise of areas: of their centres.
  struct Centre {
    float at, sin10, cos10, sin7, cos7;
  };
  struct Memory {
    Side<kTileWidth> x;
    Side<kTileHeight> y;
    Centre area_x[kAreasAcross], area_y[kTileHeight / kAreaHeight];
    int mixed_areas, mixed_blocks;
    uint16_t area[kAreas], block[kAreas * kBlocks];  ///< block: of its first pixel
    float reach[kAreas];
    alignas(sizeof(StripRow)) Nibbles row[kTileHeight][kQuads];
  };

  const scene::Plasma& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Plasma& scene_of(const DrawJob& job) { return job.plasma; }

  FK_BOTH void prepare(int thread) const {
    if (thread == 0) memory.mixed_areas = memory.mixed_blocks = 0;
    const PlasmaFloats& waves = job.waves;
    const float step_x = waves.step_x, step_y = waves.step_y, phase_x = waves.x, phase_y = waves.y, phase = waves.xy;
    for (int i = thread; i < kTileWidth; i += kThreads) {
      set_pixel(memory.x, i, coordinate(tile.column(i), step_x), phase_x, 0);
    }
    // Each of these is for other warps.
    const int across = thread, down = thread - 32, row = thread - 64;
    static_assert(kThreads == 64 + kTileHeight);
    if (row >= 0) set_pixel(memory.y, row, coordinate(tile.row(row), step_y), phase_y, phase);
    if (across < kAreasAcross) {
      const int i = across * kAreaWidth;
      memory.area_x[across] = centre_of(coordinate(tile.column(i), step_x),
                                        coordinate(tile.column(i + kAreaWidth - 1), step_x), phase_x, 0);
    }
    if (down >= 0 && down < kTileHeight / kAreaHeight) {
      const int j = down * kAreaHeight;
      memory.area_y[down] =
          centre_of(coordinate(tile.row(j), step_y), coordinate(tile.row(j + kAreaHeight - 1), step_y), phase_y, phase);
    }
  }

  template <typename Exec>
  FK_BOTH void paint(Exec exec) const {
    exec.each([&](int thread) {
      for (int a = thread; a < kAreas; a += kThreads) paint_area(a % kAreasAcross, a / kAreasAcross, exec);
    });
    exec.each([&](int thread) {
      const float phase = job.waves.r, count = job.waves.count;
      const uint32_t blocks = static_cast<uint32_t>(memory.mixed_areas) * kBlocks;
      for (uint32_t q = static_cast<uint32_t>(thread); q < blocks; q += kThreads) {
        const uint32_t within = q % kBlocks, first = memory.area[q / kBlocks] +
                                                     within / kBlocksAcross * (kBlockHeight * kTileWidth) +
                                                     within % kBlocksAcross * kBlockWidth;
        const int i = static_cast<int>(first % kTileWidth), j = static_cast<int>(first / kTileWidth);
        const Band band(scaled_at(i + 1, j, phase, count));
        if (band.within(memory.reach[q / kBlocks])) {
          const Nibbles four = static_cast<Nibbles>(band.number() * 0x1111);
          for (int row = 0; row < kBlockHeight; row++) memory.row[j + row][i / 4] = four;
        } else {
          memory.block[exec.add(&memory.mixed_blocks, 1)] = static_cast<uint16_t>(first);
        }
      }
    });
    exec.each([&](int thread) {
      const float phase = job.waves.r, count = job.waves.count;
      const uint32_t rows = static_cast<uint32_t>(memory.mixed_blocks) * kBlockHeight;
      for (uint32_t q = static_cast<uint32_t>(thread); q < rows; q += kThreads) {
        const uint32_t first = memory.block[q / kBlockHeight];
        const int i = static_cast<int>(first % kTileWidth), j = static_cast<int>(first / kTileWidth + q % kBlockHeight);
        int nibbles = 0;
        FK_UNROLL for (int p = 0; p < kBlockWidth; p++) {
          const Band band(scaled_at(i + p, j, phase, count));
          nibbles |= (band.within(kPixelReach) ? band.number() : exact_index(i + p, j, exec)) << 4 * p;
        }
        memory.row[j][i / 4] = static_cast<Nibbles>(nibbles);
      }
    });
  }

  FK_BOTH StripRow row(int strip, int j) const { return StripRow::at(&memory.row[j][strip * (kStripWidth / 4)]); }

 private:
  static constexpr float kQuarterTurn = 1.57079633f;
  /// Float64 gives the function within 1e-15 of what the C library's sines give.
  static constexpr double kDoubt = 1e-13;
  static constexpr float kPixelReach = 8 * kPlasmaGuard;

  /// A value times the number of bands, and its band.
  struct Band {
    float scaled;
    Float32 floor;  ///< plus 1.5 * 2^23, where float32 has integers alone

    explicit FK_BOTH Band(float value) : scaled(value), floor{(value - 0.5f) + 12582912.0f} {}
    /// 0 to 7.
    FK_BOTH int number() const { return static_cast<int>(floor.bits() & 7); }
    /// Whether the number is the same for all values nearer than `reach`.
    FK_BOTH bool within(float reach) const {
      return fabsf((scaled - (floor.value - 12582912.0f)) - 0.5f) < 0.5f - reach;
    }
  };

  static FK_BOTH float coordinate(int pixel, float step) { return static_cast<float>(pixel) * step; }

  template <int kCount>
  static FK_BOTH void set_pixel(Side<kCount>& side, int i, float at, float phase, float diagonal) {
    side.at[i] = at;
    side.wave[i] = sine(fused(10, at, phase));
    side.sin7[i] = sine(fused(7, at, diagonal));
    side.cos7[i] = sine(fused(7, at, diagonal + kQuarterTurn));
  }

  static FK_BOTH Centre centre_of(float from, float to, float phase, float diagonal) {
    const float at = (from + to) * 0.5f;
    return {at, sine(fused(10, at, phase)), sine(fused(10, at, phase + kQuarterTurn)), sine(fused(7, at, diagonal)),
            sine(fused(7, at, diagonal + kQuarterTurn))};
  }

  /// As the CPU's renderer classifies its blocks.
  template <typename Exec>
  FK_BOTH void paint_area(int across, int down, Exec exec) const {
    const int i = across * kAreaWidth, j = down * kAreaHeight;
    if (tile.x + i >= tile.written_width || tile.y + j >= tile.written_height) return;
    const PlasmaFloats& waves = job.waves;
    const Centre x = memory.area_x[across], y = memory.area_y[down];
    const float norm = larger(fused(x.at, x.at, y.at * y.at), 1e-20f), inverse = root_inverse(norm),
                radius = norm * inverse;
    const float a4 = fused(8, radius, waves.r);
    const float sin13 = fused(x.sin7, y.cos7, x.cos7 * y.sin7), slope13 = 7 * fused(x.cos7, y.cos7, -x.sin7 * y.sin7);
    const float slope4 = 8 * sine(a4 + kQuarterTurn) * inverse;
    const float steep_x = fabsf(fused(10, x.cos10, fused(slope4, x.at, slope13)));
    const float steep_y = fabsf(fused(10, y.cos10, fused(slope4, y.at, slope13)));
    const Band band(scaled((x.sin10 + y.sin10) + (sin13 + sine(a4)), waves.count));
    const bool curved = radius > waves.least_radius;
    if (curved && band.within(fused(steep_x, waves.spread_x, fused(steep_y, waves.spread_y, waves.spread)))) {
      const uint32_t eight = static_cast<uint32_t>(band.number()) * 0x11111111;
      for (int row = 0; row < kAreaHeight; row++) StripRow{{eight, eight}}.put(&memory.row[j + row][i / 4]);
      return;
    }
    const int q = exec.add(&memory.mixed_areas, 1);
    memory.area[q] = static_cast<uint16_t>(j * kTileWidth + i);
    const float reach =
        fused(steep_x + waves.steeper_x, waves.reach_x, fused(steep_y + waves.steeper_y, waves.reach_y, kPixelReach));
    memory.reach[q] = curved ? reach : 1;
  }

  static FK_BOTH float scaled(float sum, float count) { return fused(sum, count * 0.125f, count * 0.5f); }

  /// A pixel's value times the number of bands.
  FK_BOTH float scaled_at(int i, int j, float phase, float count) const {
    const Side<kTileWidth>& x = memory.x;
    const Side<kTileHeight>& y = memory.y;
    const float norm = larger(fused(x.at[i], x.at[i], y.at[j] * y.at[j]), 1e-20f);
    const float radial = sine(fused(8, norm * root_inverse(norm), phase));
    const float diagonal = fused(x.sin7[i], y.cos7[j], x.cos7[i] * y.sin7[j]);
    return scaled((x.wave[i] + y.wave[j]) + (diagonal + radial), count);
  }

  template <typename Exec>
  FK_BOTH int exact_index(int i, int j, Exec exec) const {
    const double x = scene::axis_at(scene.x, tile.column(i)), y = scene::axis_at(scene.y, tile.row(j));
    const double a = x * 10 + scene.to, b = y * 10 + scene.to * 0.7, c = (x + y) * 7 + scene.to * 1.3;
    const double d = sqrt(x * x + y * y) * 8 + scene.to * 0.9;
    const double v = ((sine_exact(a) + sine_exact(b)) + sine_exact(c)) + sine_exact(d);
    const double value = (v / 4.0 + 1.0) / 2.0;
    // Sines of 0, as at time 0 in the corner, are exact everywhere.
    if (!(a == 0 && b == 0 && c == 0 && d == 0)) {
      for (int e = 0; e <= scene.palette.count; e++) {
        if (fabs(value - scene.edge[e]) < kDoubt) exec.add(job.doubts.get(), 1u);
      }
    }
    const int colour = scene::plasma_colour(scene, value);
    return colour == scene::kBlack ? scene.palette.count : colour;
  }
};
