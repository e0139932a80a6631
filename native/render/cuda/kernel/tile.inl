// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: how a block of threads draws a tile. Where pixels are indices into the palette, all are found
// first, and then written in strips of 16x2 pixels. Of others, strips of one colour are found first and written; the rest
// are queued, and shared out by 2x2 pixels among all threads.

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
  Shade shade[kShades];
  union {
    Lookup lookup;
    struct {
      int queued;
      uint16_t queue[kStrips];
    };
  };
};

/// Strip s of the tile; no rows when it lies outside of the picture.
FK_HD Place place_of(const Tile& tile, int s) {
  const int x = tile.x + s % kStripsAcross * kStripWidth, y = tile.y + s / kStripsAcross * 2;
  const int rows = x < tile.written_width ? clamped(tile.written_height - y, 0, 2) : 0;
  return {x, y, rows};
}

/// `exec.each(body)` runs body(thread) for all threads of the block, and ends when all have.
template <typename Painter, typename Writer, typename Exec>
FK_HD void draw_tile(const DrawArgs& args, int tile_x, int tile_y, int z, Exec exec, TileMemory<Painter>& memory) {
  const DrawJob& job = args.jobs.get()[z];
  const Tile tile{tile_x * kTileWidth, tile_y * kTileHeight, args.width,
                  args.height,         args.written_width,   args.written_height};
  const Painter painter{Painter::scene_of(job), job, tile, memory.painter};

  exec.each([&](int thread) {
    if (thread < kShades) memory.shade[thread] = job.shade[thread];
    if (!Painter::kIndexed && thread == 0) memory.queued = 0;
  });
  if constexpr (Painter::kIndexed) {
    exec.each([&](int thread) { memory.lookup.fill(memory.shade, thread); });
    painter.paint(exec);
    exec.each([&](int thread) {
      for (int s = thread; s < kStrips; s += kThreads) {
        const Place at = place_of(tile, s);
        if (at.rows == 0) continue;
        const int strip = s % kStripsAcross, j = at.y - tile.y;
        const StripRow rows[2] = {painter.row(strip, j), painter.row(strip, j + 1)};
        write_strip(Writer(), job, memory.lookup, at, rows);
      }
    });
  } else {
    painter.prepare(exec);
    exec.each([&](int thread) {
      for (int s = thread; s < kStrips; s += kThreads) {
        const Place at = place_of(tile, s);
        if (at.rows == 0) continue;
        const int index = painter.index_of_strip(at.x - tile.x, at.y - tile.y);
        if (index == kMixed) {
          memory.queue[exec.add(&memory.queued, 1)] = static_cast<uint16_t>(s);
        } else {
          const Shade shade = memory.shade[index];
          Writer::template strip<kStripWidth>(job, at, [&](int, int) { return shade; });
        }
      }
    });
    exec.each([&](int thread) {
      for (int q = thread; q < memory.queued * (kStripWidth / 2); q += kThreads) {
        Place at = place_of(tile, memory.queue[q / (kStripWidth / 2)]);
        at.x += q % (kStripWidth / 2) * 2;
        Shade shade[4];
        for (int p = 0; p < 4; p++) {
          shade[p] = painter.shade(at.x + p % 2 - tile.x, at.y + p / 2 - tile.y, memory.shade, exec);
        }
        Writer::template strip<2>(job, at, [&](int column, int row) { return shade[row * 2 + column]; });
      }
    });
  }
}
