// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: the Mandelbrot set, coarse to fine. A disc around all orbits of an area, in float32 with its
// roundings, settles most areas, then most of the blocks of the others, then most pixels; float64 does the rest.

struct MandelbrotPainter {
  static constexpr bool kIndexed = true;
  static constexpr int kTileHeight = tile_height(scene::Family::mandelbrot);
  /// Pixels of an area.
  static constexpr int kWidth = kStripWidth, kHeight = 8, kAreasAcross = kTileWidth / kWidth,
                       kAreas = kAreasAcross * (kTileHeight / kHeight);
  /// Pixels along a side of a block, and blocks of an area.
  static constexpr int kBlock = 4, kBlocksAcross = kWidth / kBlock, kBlocks = kBlocksAcross * (kHeight / kBlock);

  /// Things that threads take one by one, and how many there are.
  struct Queue {
    int taken, count;
  };
  struct Memory {
    uint8_t entry[scene::Mandelbrot::kIterations];  ///< the index of each count of iterations
    Queue areas, blocks, pixels, undecided;
    uint16_t area[kAreas], block[kAreas * kBlocks], pixel[kTileWidth * kTileHeight];
    alignas(16) uint8_t index[kTileHeight][kTileWidth];
  };

  const scene::Mandelbrot& scene;
  const DrawJob& job;
  const Tile& tile;
  Memory& memory;

  static FK_BOTH const scene::Mandelbrot& scene_of(const DrawJob& job) { return job.mandelbrot; }

  FK_BOTH void prepare(int thread) const {
    if (thread == 0) memory.areas = {0, kAreas};
    if (thread == 1) memory.blocks = {0, 0};
    if (thread == 2) memory.pixels = {0, 0};
    if (thread == 3) memory.undecided = {0, 0};
    for (int k = thread; k < scene::Mandelbrot::kIterations; k += kThreads) {
      memory.entry[k] = static_cast<uint8_t>(scene.colour[k] == scene::kBlack ? scene.palette.count : scene.colour[k]);
    }
  }

  template <typename Exec>
  FK_BOTH void paint(Exec exec) const {
    exec.each([&](int) {
      follow(
          memory.areas, exec, [&](int a) { return disc_of(area_x(a), area_y(a), kWidth, kHeight); },
          [&](int a, int index) {
            if (index == kMixed) {
              const int q = exec.add(&memory.blocks.count, kBlocks);
              memory.area[q / kBlocks] = static_cast<uint16_t>(a);
            } else {
              fill<kWidth, kHeight>(area_x(a), area_y(a), index);
            }
          });
    });
    exec.each([&](int) {
      follow(
          memory.blocks, exec, [&](int b) { return disc_of(block_x(b), block_y(b), kBlock, kBlock); },
          [&](int b, int index) {
            if (index == kMixed) {
              const int q = exec.add(&memory.pixels.count, kBlock * kBlock);
              memory.block[q / (kBlock * kBlock)] = static_cast<uint16_t>(block_y(b) * kTileWidth + block_x(b));
            } else {
              fill<kBlock, kBlock>(block_x(b), block_y(b), index);
            }
          });
    });
    exec.each([&](int) {
      const auto pixel_of = [&](int p) {
        const int within = p % (kBlock * kBlock);
        return memory.block[p / (kBlock * kBlock)] + within / kBlock * kTileWidth + within % kBlock;
      };
      follow(
          memory.pixels, exec,
          [&](int p) { return Disc(*this, x(pixel_of(p) % kTileWidth), y(pixel_of(p) / kTileWidth), 0); },
          [&](int p, int index) {
            const int pixel = pixel_of(p);
            if (index == kMixed) {
              memory.pixel[exec.add(&memory.undecided.count, 1)] = static_cast<uint16_t>(pixel);
            } else {
              memory.index[pixel / kTileWidth][pixel % kTileWidth] = static_cast<uint8_t>(index);
            }
          });
    });
    exec.each([&](int) {
      follow(
          memory.undecided, exec,
          [&](int u) {
            return Point<Exec>{*this, exec, x(memory.pixel[u] % kTileWidth), y(memory.pixel[u] / kTileWidth)};
          },
          [&](int u, int index) {
            memory.index[memory.pixel[u] / kTileWidth][memory.pixel[u] % kTileWidth] = static_cast<uint8_t>(index);
          });
    });
  }

  FK_BOTH StripRow row(int strip, int j) const {
    const Quad bytes = Quad::at(&memory.index[j][strip * kStripWidth]);
    uint32_t nibbles[4];
    FK_UNROLL for (int i = 0; i < 4; i++) {
      const uint32_t pairs = (bytes.word[i] | bytes.word[i] >> 4) & 0x00ff00ff;
      nibbles[i] = (pairs | pairs >> 8) & 0xffff;
    }
    return {{nibbles[0] | nibbles[1] << 16, nibbles[2] | nibbles[3] << 16}};
  }

 private:
  static constexpr int kUnsettled = -2;

  FK_BOTH double x(int i) const { return scene::axis_at(scene.x, tile.column(i)); }
  FK_BOTH double y(int j) const { return scene::axis_at(scene.y, tile.row(j)); }
  static FK_BOTH int area_x(int a) { return a % kAreasAcross * kWidth; }
  static FK_BOTH int area_y(int a) { return a / kAreasAcross * kHeight; }
  FK_BOTH int block_x(int b) const { return area_x(memory.area[b / kBlocks]) + b % kBlocks % kBlocksAcross * kBlock; }
  FK_BOTH int block_y(int b) const { return area_y(memory.area[b / kBlocks]) + b % kBlocks / kBlocksAcross * kBlock; }

  template <int kAcross, int kDown>
  FK_BOTH void fill(int i, int j, int index) const {
    const uint32_t four = static_cast<uint32_t>(index) * 0x01010101;
    for (int row = 0; row < kDown; row++) {
      for (int w = 0; w < kAcross / 4; w++) put_word(&memory.index[j + row][i + 4 * w], four);
    }
  }

  /// The threads of a block share out a queue's orbits. They differ in length: who has settled one takes the next,
  /// but looks only now and then, so that threads stay together.
  template <typename Exec, typename Start, typename Settled>
  static FK_BOTH void follow(Queue& queue, Exec exec, Start start, Settled settled) {
    constexpr int kStepsTogether = 8;
    int item = exec.add(&queue.taken, 1);
    if (item >= queue.count) return;
    auto orbit = start(item);
    for (;;) {
      int index = kUnsettled;
      for (int s = 0; s < kStepsTogether && index == kUnsettled; s++) index = orbit.step();
      if (index == kUnsettled) continue;
      settled(item, index);
      item = exec.add(&queue.taken, 1);
      if (item >= queue.count) return;
      orbit.restart(start(item));
    }
  }

  /// The orbits of all points within `spread` of c.
  ///
  /// Let e be the first k with |z_k| > 2, so that a point's iterations are e - 1. The disc bounds e for all of them:
  /// from the first k at which it leaves |z| <= 2 in part, to the first at which it is wholly outside. Colours change
  /// in one order with the iterations: those of both ends are equal only if all between are.
  struct Disc {
    const uint8_t* entry;
    int last;
    float cre, cim, c_radius, re, im, radius;
    int k, left;  ///< `left`: that first k, or 0

    FK_BOTH Disc(const MandelbrotPainter& painter, double c_re, double c_im, float spread)
        : entry(painter.memory.entry), last(painter.job.last_change) {
      re = cre = static_cast<float>(c_re);
      im = cim = static_cast<float>(c_im);
      radius = c_radius = spread * kUp + kRounding * (fabsf(cre) + fabsf(cim)) + 1e-12f;
      k = 1;
      left = 0;
    }
    FK_BOTH void restart(const Disc& other) {
      re = cre = other.cre;
      im = cim = other.cim;
      radius = c_radius = other.c_radius;
      k = 1;
      left = 0;
    }

    FK_BOTH int step() {
      const float norm = fused(re, re, im * im), size = root(norm);
      if (size > fused(radius, kUp, 2 * kUp)) return settled(k - 1);
      if (left == 0 && !(size < fused(radius, -kDown, 2 * kDown))) left = k;
      // NaN ends here too.
      if (!(radius < 1)) return kMixed;
      if (k == last) return settled(last);
      radius = fused(fused(2, size, radius) * radius, kUp, fused(kRounding, norm, c_radius));
      const float next = fused(-im, im, fused(re, re, cre));
      im = fused(re + re, im, cim);
      re = next;
      k++;
      return kUnsettled;
    }

   private:
    static constexpr float kUp = 1 + 1e-5f, kDown = 1 - 1e-5f;
    /// One step in float32 is off by less than 4 roundings, of 6e-8 each, of |z|^2 and |c|.
    static constexpr float kRounding = 5e-7f;

    FK_BOTH int settled(int most) const { return left == 0 || entry[left - 1] == entry[most] ? entry[most] : kMixed; }
  };

  FK_BOTH Disc disc_of(int i, int j, int width, int height) const {
    const double x0 = x(i), x1 = x(i + width - 1), y0 = y(j), y1 = y(j + height - 1);
    const float dx = static_cast<float>(fabs(x1 - x0) / 2), dy = static_cast<float>(fabs(y1 - y0) / 2);
    return Disc(*this, (x0 + x1) / 2, (y0 + y1) / 2, root(dx * dx + dy * dy));
  }

  /// As mandelbrot_iterations, up to the last change of colour; doubt where the generator's hypot decides.
  template <typename Exec>
  struct Point {
    const MandelbrotPainter& painter;
    Exec exec;
    double cre, cim;
    double re = cre, im = cim;
    int k = 1;

    FK_BOTH void restart(const Point& other) {
      re = cre = other.cre;
      im = cim = other.cim;
      k = 1;
    }
    FK_BOTH int step() {
      const double rr = re * re, ii = im * im, ri = re * im, over = (rr + ii) - 4.0;
      if (fabs(over) < 1e-12) exec.add(painter.job.doubts.get(), 1u);
      if (!(over <= 0)) return painter.memory.entry[k - 1];
      if (k == painter.job.last_change) return painter.memory.entry[k];
      re = (rr - ii) + cre;
      im = (ri + ri) + cim;
      k++;
      return kUnsettled;
    }
  };
};
