// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: how a block of threads draws a tile. Where pixels are indices into the palette, all are found
// first, and then written in strips of 16x2 pixels. Of others, strips of one colour are found first and written; the
// rest are queued, and shared out by 2x2 pixels among all threads.

/// The part of the frame that a block of threads draws. Coordinates beyond the frame mean its last column and row.
struct Tile {
  int x, y;
  int width, height;                  ///< of the frame
  int written_width, written_height;  ///< of the picture

  FK_BOTH int column(int i) const { return smaller(x + i, width - 1); }
  FK_BOTH int row(int j) const { return smaller(y + j, height - 1); }
};

template <typename Painter>
struct TileMemory {
  typename Painter::Memory painter;
  union {
    Lookup lookup;
    struct {
      Shade shade[kShades];
      int queued;
      uint16_t queue[kStripsAcross * Painter::kTileHeight / 2];
    };
  };
};

/// What one thread does of a tile's strips that lie in the picture: body(strip's column, first row, place).
template <int kTileHeight, typename Body>
FK_HD void each_strip(const Tile& tile, int thread, Body body) {
  const int column = thread % kStripsAcross, x = tile.x + column * kStripWidth;
  if (x >= tile.written_width) return;
  for (int j = thread / kStripsAcross * 2; j < kTileHeight; j += kThreads / kStripsAcross * 2) {
    const int rows = smaller(tile.written_height - (tile.y + j), 2);
    if (rows > 0) body(column, j, Place{x, tile.y + j, rows});
  }
}

/// `exec.each(body)` runs body(thread) for all threads of the block, and ends when all have.
template <typename Painter, typename Writer, typename Exec>
FK_HD void draw_tile(const DrawArgs& args, int tile_x, int tile_y, int z, Exec exec, TileMemory<Painter>& memory) {
  const DrawJob& job = args.jobs.get()[z];
  const Tile tile{tile_x * kTileWidth, tile_y * Painter::kTileHeight, args.width, args.height, args.written_width,
                  args.written_height};
  const Painter painter{Painter::scene_of(job), job, tile, memory.painter};
  const Planes planes(job);

  if constexpr (Painter::kIndexed) {
    exec.each([&](int thread) {
      memory.lookup.fill(job, thread);
      painter.prepare(thread);
    });
    painter.paint(exec);
    exec.each([&](int thread) {
      each_strip<Painter::kTileHeight>(tile, thread, [&](int column, int j, Place at) {
        const StripRow rows[2] = {painter.row(column, j), painter.row(column, j + 1)};
        write_strip(Writer(), planes, memory.lookup, at, rows);
      });
    });
  } else {
    exec.each([&](int thread) {
      if (thread < kShades) memory.shade[thread] = job.shade[thread];
      if (thread == 0) memory.queued = 0;
      painter.prepare(thread);
    });
    painter.measure(exec);
    exec.each([&](int thread) {
      each_strip<Painter::kTileHeight>(tile, thread, [&](int column, int j, Place at) {
        const int index = painter.index_of_strip(column * kStripWidth, j);
        if (index == kMixed) {
          memory.queue[exec.add(&memory.queued, 1)] = static_cast<uint16_t>(j / 2 * kStripsAcross + column);
        } else {
          const Shade shade = memory.shade[index];
          Writer::template strip<kStripWidth>(planes, at, [&](int, int) { return shade; });
        }
      });
    });
    exec.each([&](int thread) {
      const uint32_t quads = static_cast<uint32_t>(memory.queued) * (kStripWidth / 2);
      for (uint32_t q = static_cast<uint32_t>(thread); q < quads; q += kThreads) {
        const uint32_t strip = memory.queue[q / (kStripWidth / 2)];
        const int i = static_cast<int>(strip % kStripsAcross * kStripWidth + q % (kStripWidth / 2) * 2);
        const int j = static_cast<int>(strip / kStripsAcross * 2);
        Shade shade[4];
        FK_UNROLL for (int p = 0; p < 4; p++) { shade[p] = painter.shade(i + p % 2, j + p / 2, memory.shade); }
        const Place at{tile.x + i, tile.y + j, smaller(tile.written_height - (tile.y + j), 2)};
        Writer::template strip<2>(planes, at, [&](int column, int row) { return shade[row * 2 + column]; });
      }
    });
  }
}
