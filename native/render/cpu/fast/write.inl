// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: rows of indices to rows of the picture, a vector at a time; bulk_* return how far they got.

/// Bytes of one plane: a table's entry for each index.
FK_HOST void write_plane_row(const uint8_t* index, int width, const uint8_t* table, uint8_t* out) {
  for (int x = bulk_plane(index, width, table, out); x < width; x++) out[x] = table[index[x]];
}

FK_HOST void write_rgb_row(const uint8_t* index, int width, const ColourTable& colours, uint8_t* out) {
  for (int x = bulk_rgb(index, width, colours, out); x < width; x++) {
    __builtin_memcpy(out + x * 3, colours.rgb[index[x]], 3);
  }
}

/// Chroma of a row pair, in interleaved pairs.
FK_HOST void write_chroma_row(const uint8_t* top, const uint8_t* bottom, int width, const ColourTable& colours,
                              uint8_t* out) {
  const uint32_t* c64 = colours.chroma64;
  for (int x = bulk_chroma(top, bottom, width, colours, out); x < width; x += 2) {
    const int right = min(x + 1, width - 1);
    const uint16_t pair = chroma_pair(c64[top[x]] + c64[top[right]] + c64[bottom[x]] + c64[bottom[right]]);
    __builtin_memcpy(out + x, &pair, 2);
  }
}

/// Interleaved pairs to two planes.
FK_HOST void split_chroma_row(const uint8_t* pairs, int count, uint8_t* __restrict cb, uint8_t* __restrict cr) {
  for (int i = 0; i < count; i++) {
    cb[i] = pairs[2 * i];
    cr[i] = pairs[2 * i + 1];
  }
}
