// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: fractal noise. It is constant on the cells of its finest octave, in which those of all others
// are whole: a tile's columns and rows are numbered by cell, each cell is hashed once, and pixels look it up.

struct FractalPainter {
  static constexpr bool kDense = true;

  /// The cells along one side of a tile.
  template <int kCount>
  struct Side {
    int64_t cell[kCount];          ///< of each column, in the finest octave
    uint32_t begins[kCount / 32];  ///< a bit for each column that begins another cell
    uint16_t number[kCount];       ///< of the column's cell in the tile
    uint16_t first[kCount];        ///< column of each numbered cell
    int cells;
  };
  struct Memory {
    Side<kTileWidth> x;
    Side<kTileHeight> y;
    uint8_t index[kTileHeight * kTileWidth];
  };

  const scene::Fractal& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Fractal& scene_of(const DrawJob& job) { return job.fractal; }

  template <typename Exec>
  FK_BOTH void prepare(Exec exec) const {
    exec.each([&](int thread) {
      for (int i = thread; i < kTileWidth; i += kThreads) memory.x.cell[i] = scene::fractal_cell(x(i), kFinest);
      for (int j = thread; j < kTileHeight; j += kThreads) memory.y.cell[j] = scene::fractal_cell(y(j), kFinest);
    });
    exec.each([&](int thread) {
      find_beginnings(memory.x, thread);
      find_beginnings(memory.y, thread - kTileWidth / 32);
    });
    exec.each([&](int thread) {
      number_cells(memory.x, thread);
      number_cells(memory.y, thread);
    });
    exec.each([&](int thread) {
      for (int c = thread; c < memory.x.cells * memory.y.cells; c += kThreads) {
        const int across = c % memory.x.cells, down = c / memory.x.cells;
        memory.index[down * kTileWidth + across] = colour_of(memory.x.first[across], memory.y.first[down]);
      }
    });
  }

  FK_BOTH int index(int i, int j) const { return memory.index[memory.y.number[j] * kTileWidth + memory.x.number[i]]; }

 private:
  static constexpr int kFinest = scene::Fractal::kOctaves - 1;

  FK_BOTH double x(int i) const { return scene::fractal_x(scene, tile.column(i)); }
  FK_BOTH double y(int j) const { return scene::fractal_y(scene, tile.row(j)); }

  /// 32 columns a thread. Beyond int64 all cells of the finest octave look the same, but others may differ.
  template <int kCount>
  static FK_BOTH void find_beginnings(Side<kCount>& side, int word) {
    if (word < 0 || word >= kCount / 32) return;
    uint32_t bits = 0;
    for (int b = 0; b < 32; b++) {
      const int i = word * 32 + b;
      const bool same = i > 0 && side.cell[i] == side.cell[i - 1] && side.cell[i] != INT64_MIN;
      bits |= static_cast<uint32_t>(!same) << b;
    }
    side.begins[word] = bits;
  }

  template <int kCount>
  static FK_BOTH void number_cells(Side<kCount>& side, int thread) {
    for (int i = thread; i < kCount; i += kThreads) {
      int before = 0;
      for (int w = 0; w < i / 32; w++) before += bits_of(side.begins[w]);
      const uint32_t word = side.begins[i / 32];
      const int number = before + bits_of(word & (UINT32_MAX >> (31 - i % 32))) - 1;
      side.number[i] = static_cast<uint16_t>(number);
      if (word >> i % 32 & 1) side.first[number] = static_cast<uint16_t>(i);
      if (i == kCount - 1) side.cells = number + 1;
    }
  }

  FK_BOTH uint8_t colour_of(int i, int j) const {
    const int64_t cx = memory.x.cell[i], cy = memory.y.cell[j];
    int64_t units = 0;
    if (cx != INT64_MIN && cy != INT64_MIN) {
      for (int o = 0; o <= kFinest; o++) units += scene::fractal_term(coarser(cx, o), coarser(cy, o), o);
    } else {
      const double fx = x(i), fy = y(j);
      for (int o = 0; o <= kFinest; o++) {
        units += scene::fractal_term(scene::fractal_cell(fx, o), scene::fractal_cell(fy, o), o);
      }
    }
    const int colour = scene::fractal_colour(scene, units);
    return static_cast<uint8_t>(colour == scene::kBlack ? scene.palette.count : colour);
  }

  /// The cell in another octave: truncation toward zero again.
  static FK_BOTH int64_t coarser(int64_t cell, int octave) { return cell / (1 << (kFinest - octave)); }
};
