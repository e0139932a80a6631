// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: plasma, coarse to fine. Strips within one band are proven by value, gradient and curvature at
// their centre; of the others blocks of 4x2 pixels by the value of one and the strip's steepest gradient; what is left
// is computed by pixel in float32, those too near an edge for it in float64, and those too near for that are in doubt.

struct PlasmaPainter {
  static constexpr bool kIndexed = true;
  static constexpr int kBlockWidth = 4, kBlocks = kStripWidth / kBlockWidth;

  struct alignas(16) Four {
    float value[4];
  };
  /// What depends on the column or the row alone, of pixels.
  template <int kCount>
  struct Side {
    Four at[kCount / 4], wave[kCount / 4], sin7[kCount / 4], cos7[kCount / 4];

    static FK_BOTH float& of(Four* values, int i) { return values[i / 4].value[i % 4]; }
  };
  /// Likewise of strips: of their centres, `half` so wide.
  struct Centre {
    float at, half, sin10, cos10, sin7, cos7;
  };
  struct Memory {
    Side<kTileWidth> x;
    Side<kTileHeight> y;
    Centre strip_x[kStripsAcross], strip_y[kTileHeight / 2];
    int mixed_strips, mixed_blocks;
    uint16_t strip[kStrips], block[kStrips * kBlocks];
    float reach[kStrips];
    alignas(sizeof(StripRow)) Nibbles row[kTileHeight][kQuads];
  };

  const scene::Plasma& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Plasma& scene_of(const DrawJob& job) { return job.plasma; }

  template <typename Exec>
  FK_BOTH void paint(Exec exec) const {
    exec.each([&](int thread) {
      if (thread == 0) memory.mixed_strips = memory.mixed_blocks = 0;
      const PlasmaPhases& phase = job.phases;
      for (int i = thread; i < kTileWidth; i += kThreads) {
        set_side(memory.x, i, scene::axis_at(scene.x, tile.column(i)), phase.x, 0);
      }
      for (int j = thread; j < kTileHeight; j += kThreads) {
        set_side(memory.y, j, scene::axis_at(scene.y, tile.row(j)), phase.y, phase.xy);
      }
      for (int s = thread; s < kStripsAcross; s += kThreads) {
        const int i = s * kStripWidth;
        memory.strip_x[s] = centre_of(scene::axis_at(scene.x, tile.column(i)),
                                      scene::axis_at(scene.x, tile.column(i + kStripWidth - 1)), phase.x, 0);
      }
      for (int s = thread - kThreads / 2; s >= 0 && s < kTileHeight / 2; s += kThreads) {
        memory.strip_y[s] = centre_of(scene::axis_at(scene.y, tile.row(2 * s)),
                                      scene::axis_at(scene.y, tile.row(2 * s + 1)), phase.y, phase.xy);
      }
    });
    exec.each([&](int thread) {
      for (int s = thread; s < kStrips; s += kThreads) {
        if (place_of(tile, s).rows > 0) paint_strip(s, exec);
      }
    });
    exec.each([&](int thread) {
      for (int q = thread; q < memory.mixed_strips * kBlocks; q += kThreads) {
        const int strip = memory.strip[q / kBlocks], block = strip * kBlocks + q % kBlocks;
        const float scaled = scaled_at(block_x(block) + 1, block_y(block));
        const Band band(scaled);
        if (band.within(memory.reach[q / kBlocks])) {
          for (int row = 0; row < 2; row++) quad(block, row) = static_cast<Nibbles>(band.number() * 0x1111);
        } else {
          memory.block[exec.add(&memory.mixed_blocks, 1)] = static_cast<uint16_t>(block);
        }
      }
    });
    exec.each([&](int thread) {
      for (int q = thread; q < memory.mixed_blocks * 2; q += kThreads) {
        const int block = memory.block[q / 2], row = q % 2;
        const int i = block_x(block), j = block_y(block) + row;
        int nibbles = 0;
        FK_UNROLL for (int p = 0; p < kBlockWidth; p++) {
          const Band band(scaled_at(i + p, j));
          nibbles |= (band.within(kPixelReach) ? band.number() : exact_index(i + p, j, exec)) << 4 * p;
        }
        quad(block, row) = static_cast<Nibbles>(nibbles);
      }
    });
  }

  FK_BOTH StripRow row(int strip, int j) const { return StripRow::at(&memory.row[j][strip * kBlocks]); }

 private:
  static constexpr double kQuarterTurn = 1.5707963267948966;
  /// Float32 gives (sum / 4 + 1) / 2 within 1.3e-6: the arguments, below 32, are off by up to 1e-6 (the radial one by
  /// 6e-6, as roots are approximate), sines by 2e-7, over 8. Of a strip's centre it is 3e-6.
  static constexpr float kGuard = 4e-6f;
  /// Float64 gives it within 1e-15 of what the C library's sines give.
  static constexpr double kDoubt = 1e-13;

  /// Values times the number of bands, cut into bands.
  struct Band {
    float scaled;
    Float32 floor;  ///< plus 1.5 * 2^23, where float32 has integers alone

    explicit FK_BOTH Band(float value) : scaled(value), floor{(value - 0.5f) + 12582912.0f} {}
    /// 0 to 7.
    FK_BOTH int number() const { return static_cast<int>(floor.bits() & 7); }
    /// Whether the number is the same for all values nearer than `reach`, 0.5 at the most.
    FK_BOTH bool within(float reach) const {
      return fabsf((scaled - (floor.value - 12582912.0f)) - 0.5f) < 0.5f - reach;
    }
  };
  static constexpr float kPixelReach = 8 * kGuard;

  FK_BOTH int block_x(int block) const { return block % (kStripsAcross * kBlocks) * kBlockWidth; }
  FK_BOTH int block_y(int block) const { return block / (kStripsAcross * kBlocks) * 2; }
  FK_BOTH Nibbles& quad(int block, int row) const {
    return memory.row[block_y(block) + row][block % (kStripsAcross * kBlocks)];
  }

  template <int kCount>
  static FK_BOTH void set_side(Side<kCount>& side, int i, double at, double phase, double diagonal) {
    const double along = 7 * at + diagonal;
    side.of(side.at, i) = static_cast<float>(at);
    side.of(side.wave, i) = sine(static_cast<float>(10 * at + phase));
    side.of(side.sin7, i) = sine(static_cast<float>(along));
    side.of(side.cos7, i) = sine(static_cast<float>(along + kQuarterTurn));
  }

  static FK_BOTH Centre centre_of(double from, double to, double phase, double diagonal) {
    const double at = (from + to) / 2, wave = 10 * at + phase, along = 7 * at + diagonal;
    return {static_cast<float>(at),
            static_cast<float>(to - from) * 0.5f + 1e-6f,
            sine(static_cast<float>(wave)),
            sine(static_cast<float>(wave + kQuarterTurn)),
            sine(static_cast<float>(along)),
            sine(static_cast<float>(along + kQuarterTurn))};
  }

  /// As the CPU's renderer classifies its blocks.
  template <typename Exec>
  FK_BOTH void paint_strip(int s, Exec exec) const {
    const Centre cx = memory.strip_x[s % kStripsAcross], cy = memory.strip_y[s / kStripsAcross];
    const float x = cx.at, dx = cx.half, y = cy.at, dy = cy.half;
    const float norm = larger(fused(x, x, y * y), 1e-20f), inverse = root_inverse(norm), radius = norm * inverse;
    const float a4 = fused(8, radius, job.phases.fr);
    const float sin13 = fused(cx.sin7, cy.cos7, cx.cos7 * cy.sin7);
    const float cos13 = fused(cx.cos7, cy.cos7, -cx.sin7 * cy.sin7);
    const float value = fused(cx.sin10 + cy.sin10 + sin13 + sine(a4), 0.125f, 0.5f);
    const float slope4 = 8 * sine(a4 + static_cast<float>(kQuarterTurn)) * inverse;
    const float gx = fabsf(10 * cx.cos10 + 7 * cos13 + slope4 * x), gy = fabsf(10 * cy.cos10 + 7 * cos13 + slope4 * y);
    // Second order: 100 and 100 along the axes, 49 along the diagonal, 64 for the radius where 8 / radius <= 64.
    const float curve = 164 * (dx * dx + dy * dy) + 49 * (dx + dy) * (dx + dy);
    const bool curved = radius - dx - dy > 0.125f;
    const float spread = (gx * dx + gy * dy + 0.5f * curve) * 0.125f + 2 * kGuard;
    const float count = static_cast<float>(scene.palette.count);
    const float low = (value - spread) * count, high = (value + spread) * count;
    const int band = static_cast<int>(low);
    if (curved && low > 0 && high < count && high < static_cast<float>(band + 1)) {
      const Nibbles four = static_cast<Nibbles>(band * 0x1111);
      for (int row = 0; row < 2; row++) {
        StripRow::put(&memory.row[s / kStripsAcross * 2 + row][s % kStripsAcross * kBlocks], {{four, four, four, four}});
      }
      return;
    }
    const int q = exec.add(&memory.mixed_strips, 1);
    memory.strip[q] = static_cast<uint16_t>(s);
    // No pixel of a block is further from its second than two columns and a row; second derivatives are up to
    // 100 + 49 + 64 along an axis and 49 + 64 across.
    const float steep_x = gx + 213 * dx + 113 * dy, steep_y = gy + 213 * dy + 113 * dx;
    const float step_x = static_cast<float>(scene.x.step), step_y = static_cast<float>(scene.y.step);
    const float reach = (2 * step_x * steep_x + step_y * steep_y) * (0.125f * 1.001f) * count + kPixelReach;
    memory.reach[q] = curved ? reach : 1;
  }

  /// A pixel's value times the number of bands, within count * kGuard.
  FK_BOTH float scaled_at(int i, int j) const {
    Side<kTileWidth>& across = memory.x;
    Side<kTileHeight>& down = memory.y;
    const float x = across.of(across.at, i), y = down.of(down.at, j);
    const float diagonal = fused(across.of(across.sin7, i), down.of(down.cos7, j),
                                 across.of(across.cos7, i) * down.of(down.sin7, j));
    const float norm = larger(fused(x, x, y * y), 1e-20f);
    const float radial = sine(fused(8, norm * root_inverse(norm), job.phases.fr));
    const float count = static_cast<float>(scene.palette.count);
    return fused((across.of(across.wave, i) + down.of(down.wave, j)) + (diagonal + radial), count * 0.125f, count * 0.5f);
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
