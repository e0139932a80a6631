// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: the bulk of a row without table look-ups in registers. Chunks of one colour, which are most,
// become plain stores.

constexpr int kChunk = 16;

FK_HOST uint64_t load64(const uint8_t* p) { return load<uint64_t>(p); }

/// All 16 indices at p equal the first's.
FK_HOST bool is_flat(const uint8_t* p) {
  const uint64_t first = p[0] * kEachByte;
  return load64(p) == first && load64(p + 8) == first;
}

FK_HOST int bulk_plane(const uint8_t* index, int width, const uint8_t* table, uint8_t* out) {
  int x = 0;
  for (; x + kChunk <= width; x += kChunk) {
    if (is_flat(index + x)) {
      fill16(out + x, table[index[x]]);
    } else {
      for (int l = 0; l < kChunk; l++) out[x + l] = table[index[x + l]];
    }
  }
  return x;
}

FK_HOST int bulk_rgb(const uint8_t* index, int width, const ColourTable& colours, uint8_t* out) {
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
  return x;
}

FK_HOST int bulk_chroma(const uint8_t* top, const uint8_t* bottom, int width, const ColourTable& colours,
                        uint8_t* out) {
  const uint32_t* c64 = colours.chroma64;
  int x = 0;
  for (; x + kChunk <= width; x += kChunk) {
    const uint64_t first = top[x] * kEachByte;
    if (load64(top + x) == first && load64(top + x + 8) == first && load64(bottom + x) == first &&
        load64(bottom + x + 8) == first) {
      const uint64_t pairs = chroma_pair(4 * c64[top[x]]) * 0x0001000100010001u;
      store(out + x, pairs);
      store(out + x + 8, pairs);
    } else {
      for (int l = x; l < x + kChunk; l += 2) {
        store(out + l, chroma_pair(c64[top[l]] + c64[top[l + 1]] + c64[bottom[l]] + c64[bottom[l + 1]]));
      }
    }
  }
  return x;
}
