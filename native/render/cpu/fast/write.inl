// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: from a band's indices to the picture. Chunks of one colour, which are most, become plain stores.

constexpr int kChunk = 16;
constexpr uint64_t kEachByte = 0x0101010101010101u;

FK_HOST uint64_t load64(const uint8_t* p) {
  uint64_t v;
  __builtin_memcpy(&v, p, 8);
  return v;
}
FK_HOST void store64(uint8_t* p, uint64_t v) { __builtin_memcpy(p, &v, 8); }

/// All 16 indices at p equal the first's.
FK_HOST bool is_flat(const uint8_t* p) {
  const uint64_t first = p[0] * kEachByte;
  return load64(p) == first && load64(p + 8) == first;
}

FK_HOST void fill16(uint8_t* p, uint8_t value) {
  store64(p, value * kEachByte);
  store64(p + 8, value * kEachByte);
}

/// Bytes of one plane: a table's entry for each index.
FK_HOST void write_plane_row(const uint8_t* index, int width, const uint8_t* table, uint8_t* out) {
  int x = 0;
  for (; x + kChunk <= width; x += kChunk) {
    if (is_flat(index + x)) {
      fill16(out + x, table[index[x]]);
    } else {
      for (int l = 0; l < kChunk; l++) out[x + l] = table[index[x + l]];
    }
  }
  for (; x < width; x++) out[x] = table[index[x]];
}

FK_HOST void write_rgb_row(const uint8_t* index, int width, const ColourTable& colours, uint8_t* out) {
  // 16 pixels of each colour, filled when first met.
  uint8_t flat[kTableSize][kChunk * 3];
  uint32_t filled = 0;
  int x = 0;
  for (; x + kChunk < width; x += kChunk) {
    if (is_flat(index + x)) {
      const int colour = index[x];
      if (!(filled >> colour & 1)) {
        filled |= 1u << colour;
        for (int b = 0; b < kChunk * 3; b++) flat[colour][b] = colours.rgb[colour][b % 3];
      }
      __builtin_memcpy(out + x * 3, flat[colour], kChunk * 3);
    } else {
      // The fourth byte of each store is overwritten by the next one: this chunk is never the row's last.
      for (int l = 0; l < kChunk; l++) __builtin_memcpy(out + (x + l) * 3, colours.rgb[index[x + l]], 4);
    }
  }
  for (; x < width; x++) __builtin_memcpy(out + x * 3, colours.rgb[index[x]], 3);
}

/// Chroma of a row pair, to interleaved pairs (NV12) or two planes (I420).
template <bool kInterleaved>
void write_chroma_row(const uint8_t* top, const uint8_t* bottom, int width, const ColourTable& colours, uint8_t* cb,
                      uint8_t* cr) {
  const uint32_t* c64 = colours.chroma64;
  const auto put = [&](int pair, uint32_t sum) {
    // Both sums at once: they stay below 2^16, and so does the rounding.
    sum += 128u << 16 | 128u;
    const uint8_t u = static_cast<uint8_t>(sum >> 8), v = static_cast<uint8_t>(sum >> 24);
    if (kInterleaved) {
      const uint16_t uv = static_cast<uint16_t>(u | v << 8);
      __builtin_memcpy(cb + 2 * pair, &uv, 2);
    } else {
      cb[pair] = u;
      cr[pair] = v;
    }
  };
  int x = 0;
  for (; x + kChunk <= width; x += kChunk) {
    const uint64_t first = top[x] * kEachByte;
    if (load64(top + x) == first && load64(top + x + 8) == first && load64(bottom + x) == first &&
        load64(bottom + x + 8) == first) {
      const uint8_t u = colour::chroma_of_four(4 * (c64[top[x]] & 0xffff)),
                    v = colour::chroma_of_four(4 * (c64[top[x]] >> 16));
      if (kInterleaved) {
        const uint64_t uv = (u | static_cast<uint64_t>(v) << 8) * 0x0001000100010001u;
        store64(cb + x, uv);
        store64(cb + x + 8, uv);
      } else {
        store64(cb + x / 2, u * kEachByte);
        store64(cr + x / 2, v * kEachByte);
      }
    } else {
      for (int l = x; l < x + kChunk; l += 2)
        put(l / 2, c64[top[l]] + c64[top[l + 1]] + c64[bottom[l]] + c64[bottom[l + 1]]);
    }
  }
  for (; x < width; x += 2) {
    const int right = min(x + 1, width - 1);
    put(x / 2, c64[top[x]] + c64[top[right]] + c64[bottom[x]] + c64[bottom[right]]);
  }
}
