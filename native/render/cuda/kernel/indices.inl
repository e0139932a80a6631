// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: pictures of palette indices. Below 8, an index is a nibble, and one instruction looks four of
// them up in a table of eight bytes.

constexpr int kIndices = 8;
static_assert(scene::kMaxColours < kIndices, "black comes behind the palette");

/// Four pixels' indices, the leftmost lowest.
using Nibbles = uint16_t;
constexpr int kQuads = kTileWidth / 4;

/// A strip's row.
struct alignas(8) StripRow {
  Nibbles quad[kStripWidth / 4];

  static FK_BOTH StripRow at(const Nibbles* quads) {
#if defined(__CUDA_ARCH__)
    return *reinterpret_cast<const StripRow*>(quads);
#else
    StripRow row;
    std::memcpy(&row, quads, sizeof row);
    return row;
#endif
  }
  static FK_BOTH void put(Nibbles* quads, const StripRow& row) {
#if defined(__CUDA_ARCH__)
    *reinterpret_cast<StripRow*>(quads) = row;
#else
    std::memcpy(quads, &row, sizeof row);
#endif
  }
  /// Two pixels' indices.
  FK_BOTH int pair(int i) const { return quad[i / 2] >> 8 * (i % 2) & 0xff; }
};

/// What the writers need of the palette.
struct Lookup {
  uint32_t rgb[3][2], ycc[3][2];  ///< bytes of the eight shades
  uint32_t pair[kIndices << 4];   ///< the sum of two shades' chroma64, at one's index | the other's << 4

  /// What one of kThreads threads does of it.
  FK_BOTH void fill(const Shade* shades, int thread) {
    if (thread < kIndices << 4) {
      pair[thread] = shades[thread % kIndices].chroma64 + shades[(thread >> 4) % kIndices].chroma64;
    }
    if (thread >= 6) return;
    const int channel = thread % 3;
    for (int half = 0; half < 2; half++) {
      uint32_t word = 0;
      for (int i = 0; i < 4; i++) {
        const Shade& shade = shades[half * 4 + i];
        word |= ((thread < 3 ? shade.rgb : shade.ycc) >> 8 * channel & 0xff) << 8 * i;
      }
      (thread < 3 ? rgb : ycc)[channel][half] = word;
    }
  }
};
static_assert(kThreads >= kIndices << 4);

/// A channel's bytes of a strip's row.
FK_HD Quad bytes_of(const uint32_t table[2], const StripRow& row) {
  Quad bytes;
  FK_UNROLL for (int i = 0; i < 4; i++) bytes.word[i] = pick(table[0], table[1], row.quad[i]);
  return bytes;
}

/// Of block i of 2x2 pixels: Cb in bits 8 to 15, Cr in bits 24 to 31.
FK_HD uint32_t chroma_of_block(const Lookup& lookup, const StripRow rows[2], int i) {
  // Both sums at once: they stay below 2^16, and so does the rounding.
  return lookup.pair[rows[0].pair(i)] + lookup.pair[rows[1].pair(i)] + (128u << 16 | 128u);
}

FK_HD void store(uint8_t* to, const Quad& bytes) { *reinterpret_cast<Quad*>(to) = bytes; }

FK_HD void write_plane(const DrawJob& job, int plane, const uint32_t table[2], Place at, const StripRow rows[2]) {
  FK_UNROLL for (int row = 0; row < 2; row++) {
    if (row < at.rows) store(address(job, plane, at.x, at.y + row), bytes_of(table, rows[row]));
  }
}

FK_HD void write_strip(WriteRgb24, const DrawJob& job, const Lookup& lookup, Place at, const StripRow rows[2]) {
  for (int row = 0; row < at.rows; row++) {
    const Quad r = bytes_of(lookup.rgb[0], rows[row]), g = bytes_of(lookup.rgb[1], rows[row]),
               b = bytes_of(lookup.rgb[2], rows[row]);
    uint32_t word[12];
    FK_UNROLL for (int i = 0; i < 4; i++) {
      const uint32_t rg01 = pick(r.word[i], g.word[i], 0x5140), rg23 = pick(r.word[i], g.word[i], 0x7362);
      word[3 * i] = pick(rg01, b.word[i], 0x2410);
      word[3 * i + 1] = pick(pick(rg01, b.word[i], 0x0053), rg23, 0x5410);
      word[3 * i + 2] = pick(b.word[i], rg23, 0x3762);
    }
    FK_UNROLL for (int i = 0; i < 3; i++) {
      store(address(job, 0, 3 * at.x + 16 * i, at.y + row),
            {{word[4 * i], word[4 * i + 1], word[4 * i + 2], word[4 * i + 3]}});
    }
  }
}

FK_HD void write_strip(WriteYuv444p, const DrawJob& job, const Lookup& lookup, Place at, const StripRow rows[2]) {
  FK_UNROLL for (int plane = 0; plane < 3; plane++) write_plane(job, plane, lookup.ycc[plane], at, rows);
}

FK_HD void write_strip(WriteNv12, const DrawJob& job, const Lookup& lookup, Place at, const StripRow rows[2]) {
  write_plane(job, 0, lookup.ycc[0], at, rows);
  Quad chroma;
  FK_UNROLL for (int i = 0; i < 4; i++) {
    chroma.word[i] = pick(chroma_of_block(lookup, rows, 2 * i), chroma_of_block(lookup, rows, 2 * i + 1), 0x7531);
  }
  store(address(job, 1, at.x, at.y / 2), chroma);
}

FK_HD void write_strip(WriteI420, const DrawJob& job, const Lookup& lookup, Place at, const StripRow rows[2]) {
  write_plane(job, 0, lookup.ycc[0], at, rows);
  Packed<8> cb, cr;
  FK_UNROLL for (int i = 0; i < 2; i++) {
    uint32_t block[4];
    FK_UNROLL for (int b = 0; b < 4; b++) block[b] = chroma_of_block(lookup, rows, 4 * i + b);
    cb.word[i] = pick(pick(block[0], block[1], 0x0051), pick(block[2], block[3], 0x0051), 0x5410);
    cr.word[i] = pick(pick(block[0], block[1], 0x0073), pick(block[2], block[3], 0x0073), 0x5410);
  }
  cb.store(address(job, 1, at.x / 2, at.y / 2));
  cr.store(address(job, 2, at.x / 2, at.y / 2));
}
