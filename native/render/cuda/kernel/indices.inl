// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: pictures of palette indices. Below 8, an index is a nibble, and one instruction looks four of
// them up in a table of eight bytes.

/// Four pixels' indices, the leftmost lowest.
using Nibbles = uint16_t;
constexpr int kQuads = kTileWidth / 4;

/// A strip's row.
struct alignas(8) StripRow {
  uint32_t word[2];

  /// The one that begins there, on 8 bytes.
  static FK_BOTH StripRow at(const Nibbles* quads) {
#if defined(__CUDA_ARCH__)
    return *reinterpret_cast<const StripRow*>(quads);
#else
    StripRow row;
    std::memcpy(&row, quads, sizeof row);
    return row;
#endif
  }
  FK_BOTH void put(Nibbles* quads) const {
#if defined(__CUDA_ARCH__)
    *reinterpret_cast<StripRow*>(quads) = *this;
#else
    std::memcpy(quads, this, sizeof *this);
#endif
  }
  /// Two pixels' indices.
  FK_BOTH uint32_t pair(int i) const { return word[i / 4] >> 8 * (i % 4) & 0xff; }
};

/// What the writers need of the palette.
struct Lookup {
  ByteTables bytes;
  uint32_t pair[kIndices << 4];  ///< the sum of two shades' chroma64, at one's index | the other's << 4

  /// What one of kThreads threads does of it.
  FK_BOTH void fill(const DrawJob& job, int thread) {
    copy_words(&bytes, &job.bytes, thread);
    pair[thread] = job.shade[thread % kIndices].chroma64 + job.shade[thread / 16].chroma64;
  }
};
static_assert(kThreads == kIndices << 4);

/// A channel's bytes of a strip's row.
FK_HD Quad bytes_of(const uint32_t table[2], const StripRow& row) {
  Quad bytes;
  FK_UNROLL for (int i = 0; i < 4; i++) bytes.word[i] = pick(table[0], table[1], row.word[i / 2] >> 16 * (i % 2));
  return bytes;
}

/// Of block i of 2x2 pixels: Cb in bits 8 to 15, Cr in bits 24 to 31.
FK_HD uint32_t chroma_of_block(const Lookup& lookup, const StripRow rows[2], int i) {
  // Both sums at once: they stay below 2^16, and so does the rounding.
  return lookup.pair[rows[0].pair(i)] + lookup.pair[rows[1].pair(i)] + (128u << 16 | 128u);
}

FK_HD void write_plane(const Planes& planes, int plane, const uint32_t table[2], Place at, const StripRow rows[2]) {
  FK_UNROLL for (int row = 0; row < 2; row++) {
    if (row < at.rows) bytes_of(table, rows[row]).store(address(planes, plane, at.x, at.y + row));
  }
}

FK_HD void write_strip(WriteRgb24, const Planes& planes, const Lookup& lookup, Place at, const StripRow rows[2]) {
  for (int row = 0; row < at.rows; row++) {
    const Quad r = bytes_of(lookup.bytes.rgb[0], rows[row]), g = bytes_of(lookup.bytes.rgb[1], rows[row]),
               b = bytes_of(lookup.bytes.rgb[2], rows[row]);
    uint32_t word[12];
    FK_UNROLL for (int i = 0; i < 4; i++) {
      const uint32_t rg01 = pick(r.word[i], g.word[i], 0x5140), rg23 = pick(r.word[i], g.word[i], 0x7362);
      word[3 * i] = pick(rg01, b.word[i], 0x2410);
      word[3 * i + 1] = pick(pick(rg01, b.word[i], 0x0053), rg23, 0x5410);
      word[3 * i + 2] = pick(b.word[i], rg23, 0x3762);
    }
    FK_UNROLL for (int i = 0; i < 3; i++) {
      const Quad quad{{word[4 * i], word[4 * i + 1], word[4 * i + 2], word[4 * i + 3]}};
      quad.store(address(planes, 0, 3 * at.x + 16 * i, at.y + row));
    }
  }
}

FK_HD void write_strip(WriteYuv444p, const Planes& planes, const Lookup& lookup, Place at, const StripRow rows[2]) {
  FK_UNROLL for (int plane = 0; plane < 3; plane++) write_plane(planes, plane, lookup.bytes.ycc[plane], at, rows);
}

FK_HD void write_strip(WriteNv12, const Planes& planes, const Lookup& lookup, Place at, const StripRow rows[2]) {
  write_plane(planes, 0, lookup.bytes.ycc[0], at, rows);
  Quad chroma;
  FK_UNROLL for (int i = 0; i < 4; i++) {
    chroma.word[i] = pick(chroma_of_block(lookup, rows, 2 * i), chroma_of_block(lookup, rows, 2 * i + 1), 0x7531);
  }
  chroma.store(address(planes, 1, at.x, at.y / 2));
}

FK_HD void write_strip(WriteI420, const Planes& planes, const Lookup& lookup, Place at, const StripRow rows[2]) {
  write_plane(planes, 0, lookup.bytes.ycc[0], at, rows);
  Packed<8> cb, cr;
  FK_UNROLL for (int i = 0; i < 2; i++) {
    uint32_t block[4];
    FK_UNROLL for (int b = 0; b < 4; b++) block[b] = chroma_of_block(lookup, rows, 4 * i + b);
    cb.word[i] = pick(pick(block[0], block[1], 0x0051), pick(block[2], block[3], 0x0051), 0x5410);
    cr.word[i] = pick(pick(block[0], block[1], 0x0073), pick(block[2], block[3], 0x0073), 0x5410);
  }
  cb.store(address(planes, 1, at.x / 2, at.y / 2));
  cr.store(address(planes, 2, at.x / 2, at.y / 2));
}
