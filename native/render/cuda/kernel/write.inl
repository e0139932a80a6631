// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: from shades to a picture's planes, for strips of kColumns x 2 pixels.

/// Bytes on their way to memory, in the widest stores that fit.
template <int kBytes>
struct Packed {
  uint32_t word[(kBytes + 3) / 4] = {};

  FK_BOTH void set(int i, uint32_t byte) { word[i / 4] |= byte << 8 * (i % 4); }

  FK_BOTH void store(uint8_t* to) const {
    if constexpr (kBytes % 16 == 0) {
      FK_UNROLL for (int i = 0; i < kBytes / 16; i++) {
        Quad{{word[4 * i], word[4 * i + 1], word[4 * i + 2], word[4 * i + 3]}}.store(to + 16 * i);
      }
    } else if constexpr (kBytes == 8) {
      *reinterpret_cast<uint64_t*>(to) = word[0] | static_cast<uint64_t>(word[1]) << 32;
    } else if constexpr (kBytes % 2 == 0) {
      FK_UNROLL for (int i = 0; i < kBytes / 2; i++) {
        reinterpret_cast<uint16_t*>(to)[i] = static_cast<uint16_t>(word[i / 2] >> 16 * (i % 2));
      }
    } else {
      static_assert(kBytes == 1);
      *to = static_cast<uint8_t>(word[0]);
    }
  }
};

/// Where a strip goes: its top left pixel, and how many of its two rows the picture has.
struct Place {
  int x, y, rows;
};

/// A picture's planes, in registers. All of one is within 4 GiB.
struct Planes {
  uint8_t* start[3];
  uint32_t stride[3];

  explicit FK_BOTH Planes(const DrawJob& job) {
    FK_UNROLL for (int p = 0; p < 3; p++) {
      start[p] = job.plane[p].get();
      stride[p] = static_cast<uint32_t>(job.stride[p]);
    }
  }
};

FK_HD uint8_t* address(const Planes& planes, int plane, int x_bytes, int y) {
  return planes.start[plane] + (static_cast<uint32_t>(y) * planes.stride[plane] + static_cast<uint32_t>(x_bytes));
}

/// One byte a pixel of a plane.
template <int kColumns, typename ByteOf>
FK_HD void write_bytes(const Planes& planes, int plane, Place at, ByteOf byte_of) {
  for (int row = 0; row < at.rows; row++) {
    Packed<kColumns> bytes;
    FK_UNROLL for (int i = 0; i < kColumns; i++) bytes.set(i, byte_of(i, row));
    bytes.store(address(planes, plane, at.x, at.y + row));
  }
}

/// cb64 and cr64 of the 2x2 block at column 2 * pair, as 8-bit Cb | Cr << 8.
template <typename ShadeOf>
FK_HD uint32_t chroma_420(int pair, ShadeOf shade) {
  // Both sums at once: they stay below 2^16, and so does the rounding.
  const uint32_t sum = (shade(2 * pair, 0).chroma64 + shade(2 * pair + 1, 0).chroma64) +
                       (shade(2 * pair, 1).chroma64 + shade(2 * pair + 1, 1).chroma64) + (128u << 16 | 128u);
  return (sum >> 8 & 0xff) | (sum >> 24) << 8;
}

/// `shade(i, row)` is the colour of a strip's pixel; both rows have one, whatever the picture has.
struct WriteRgb24 {
  template <int kColumns, typename ShadeOf>
  static FK_BOTH void strip(const Planes& planes, Place at, ShadeOf shade) {
    for (int row = 0; row < at.rows; row++) {
      Packed<3 * kColumns> bytes;
      FK_UNROLL for (int i = 0; i < kColumns; i++) {
        const uint32_t rgb = shade(i, row).rgb;
        FK_UNROLL for (int c = 0; c < 3; c++) bytes.set(3 * i + c, rgb >> 8 * c & 0xff);
      }
      bytes.store(address(planes, 0, 3 * at.x, at.y + row));
    }
  }
};

struct WriteYuv444p {
  template <int kColumns, typename ShadeOf>
  static FK_BOTH void strip(const Planes& planes, Place at, ShadeOf shade) {
    FK_UNROLL for (int plane = 0; plane < 3; plane++) {
      write_bytes<kColumns>(planes, plane, at, [&](int i, int row) { return shade(i, row).ycc >> 8 * plane & 0xff; });
    }
  }
};

struct WriteNv12 {
  template <int kColumns, typename ShadeOf>
  static FK_BOTH void strip(const Planes& planes, Place at, ShadeOf shade) {
    write_bytes<kColumns>(planes, 0, at, [&](int i, int row) { return shade(i, row).ycc & 0xff; });
    Packed<kColumns> pairs;
    FK_UNROLL for (int p = 0; p < kColumns / 2; p++) {
      const uint32_t c = chroma_420(p, shade);
      pairs.set(2 * p, c & 0xff);
      pairs.set(2 * p + 1, c >> 8);
    }
    pairs.store(address(planes, 1, at.x, at.y / 2));
  }
};

struct WriteI420 {
  template <int kColumns, typename ShadeOf>
  static FK_BOTH void strip(const Planes& planes, Place at, ShadeOf shade) {
    write_bytes<kColumns>(planes, 0, at, [&](int i, int row) { return shade(i, row).ycc & 0xff; });
    Packed<kColumns / 2> cb, cr;
    FK_UNROLL for (int p = 0; p < kColumns / 2; p++) {
      const uint32_t c = chroma_420(p, shade);
      cb.set(p, c & 0xff);
      cr.set(p, c >> 8);
    }
    cb.store(address(planes, 1, at.x / 2, at.y / 2));
    cr.store(address(planes, 2, at.x / 2, at.y / 2));
  }
};
