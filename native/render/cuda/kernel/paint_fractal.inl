// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: fractal noise. It is constant on the cells of its finest octave, in which those of all others
// are whole: each of a tile's cells is hashed once, and pixels look it up.

struct FractalPainter {
  static constexpr bool kIndexed = true;
  static constexpr int kTileHeight = tile_height(scene::Family::fractal);

  /// The cells along one side of a tile. They do not decrease, and a cell's number is how many lie before it in the
  /// tile; where there are more cells than pixels, each pixel has a number.
  template <int kCount>
  struct Side {
    int32_t cell[kCount];  ///< of each column or row, in the finest octave

    FK_BOTH int span() const { return cell[kCount - 1] - cell[0]; }
    FK_BOTH int cells() const { return smaller(span() + 1, kCount); }
    FK_BOTH int number(int i) const { return span() < kCount ? cell[i] - cell[0] : i; }
    FK_BOTH int32_t numbered(int n) const { return span() < kCount ? cell[0] + n : cell[n]; }
  };
  struct Memory {
    Side<kTileWidth> x;
    Side<kTileHeight> y;
    uint8_t colour[kTileHeight][kTileWidth];                     ///< of each cell
    alignas(sizeof(StripRow)) Nibbles row[kTileHeight][kQuads];  ///< of each cell's pixels
  };

  const scene::Fractal& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Fractal& scene_of(const DrawJob& job) { return job.fractal; }

  FK_BOTH void prepare(int thread) const {
    // Within int32: times are below 1e5.
    for (int i = thread; i < kTileWidth; i += kThreads) {
      memory.x.cell[i] = static_cast<int32_t>(scene::fractal_x(scene, tile.column(i)) * (1 << kFinest));
    }
    for (int j = thread; j < kTileHeight; j += kThreads) {
      memory.y.cell[j] = static_cast<int32_t>(scene::fractal_y(scene, tile.row(j)) * (1 << kFinest));
    }
  }

  template <typename Exec>
  FK_BOTH void paint(Exec exec) const {
    exec.each([&](int thread) {
      const int across = memory.x.cells(), cells = across * memory.y.cells();
      int down = thread / across, right = thread % across;
      for (int c = thread; c < cells; c += kThreads) {
        memory.colour[down][right] = colour_of(memory.x.numbered(right), memory.y.numbered(down));
        for (right += kThreads; right >= across; right -= across) down++;
      }
    });
    exec.each([&](int thread) {
      const int quads = memory.y.cells() * kQuads;
      for (int q = thread; q < quads; q += kThreads) {
        const int down = q / kQuads, quad = q % kQuads;
        int nibbles = 0;
        FK_UNROLL for (int i = 0; i < 4; i++) {
          nibbles |= memory.colour[down][memory.x.number(4 * quad + i)] << 4 * i;
        }
        memory.row[down][quad] = static_cast<Nibbles>(nibbles);
      }
    });
  }

  FK_BOTH StripRow row(int strip, int j) const {
    return StripRow::at(&memory.row[memory.y.number(j)][strip * (kStripWidth / 4)]);
  }

 private:
  static constexpr int kFinest = scene::Fractal::kOctaves - 1;

  FK_BOTH uint8_t colour_of(int32_t cx, int32_t cy) const {
    int64_t units = 0;
    FK_UNROLL for (int o = 0; o <= kFinest; o++) {
      units += static_cast<int64_t>(term(coarser(cx, o), coarser(cy, o))) * (1 << (kFinest - o));
    }
    // As fractal_colour: bounds increase.
    int above = 0;
    for (int i = 0; i <= scene.palette.count; i++) above += units > scene.bound[i];
    return static_cast<uint8_t>(above == 0 || above > scene.palette.count ? scene.palette.count : above - 1);
  }

  /// The cell in another octave: truncation toward zero again.
  static FK_BOTH int32_t coarser(int32_t cell, int octave) { return cell / (1 << (kFinest - octave)); }

  /// fractal_term of the finest octave: of its hash only 31 bits count, which depend on no higher ones.
  static FK_BOTH int32_t term(int32_t cx, int32_t cy) {
    uint32_t k = static_cast<uint32_t>(cx) + static_cast<uint32_t>(cy) * 57u;
    k = (k << 13) ^ k;
    const uint32_t hash = (k * (k * k * 15731u + 789221u) + 1376312589u) & 0x7fffffffu;
    return (1 << 30) - static_cast<int32_t>(hash);
  }
};
