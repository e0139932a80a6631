// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: pixels that have colours of their own, put over what the indices wrote. They are r | g << 8 | b
// << 16.

FK_HOST void patch_rgb_row(const uint32_t* pixel, Patch p, uint8_t* out) {
  // The fourth byte of each store is overwritten by the next one.
  for (int x = p.begin; x < p.end - 1; x++) __builtin_memcpy(out + x * 3, pixel + x, 4);
  __builtin_memcpy(out + (p.end - 1) * 3, pixel + p.end - 1, 3);
}

FK_HOST int red_of(uint32_t pixel) { return static_cast<int>(pixel & 255); }
FK_HOST int green_of(uint32_t pixel) { return static_cast<int>(pixel >> 8 & 255); }
FK_HOST int blue_of(uint32_t pixel) { return static_cast<int>(pixel >> 16); }

FK_HOST void patch_luma_row(const uint32_t* pixel, Patch p, uint8_t* __restrict out) {
  for (int x = p.begin; x < p.end; x++) out[x] = colour::luma(red_of(pixel[x]), green_of(pixel[x]), blue_of(pixel[x]));
}

FK_HOST uint32_t chroma64_of(uint32_t pixel) {
  const int r = red_of(pixel), g = green_of(pixel), b = blue_of(pixel);
  return colour::cb64(r, g, b) | static_cast<uint32_t>(colour::cr64(r, g, b)) << 16;
}

FK_HOST void patch_full_chroma_row(const uint32_t* pixel, Patch p, uint8_t* __restrict cb, uint8_t* __restrict cr) {
  for (int x = p.begin; x < p.end; x++) {
    const uint32_t c64 = chroma64_of(pixel[x]);
    cb[x] = colour::chroma_of_one(c64 & 0xffff);
    cr[x] = colour::chroma_of_one(c64 >> 16);
  }
}

/// Interleaved pairs. `sums` has room for the row.
FK_HOST void patch_chroma_row(const uint32_t* top, const uint32_t* bottom, Patch p, uint32_t* __restrict sums,
                              uint8_t* __restrict out) {
  for (int x = p.begin; x < p.end; x++) sums[x] = chroma64_of(top[x]) + chroma64_of(bottom[x]);
  // An odd last column counts twice.
  sums[p.end] = sums[p.end - 1];
  for (int x = p.begin; x < p.end; x += 2) {
    const uint16_t pair = chroma_pair(sums[x] + sums[x + 1]);
    __builtin_memcpy(out + x, &pair, 2);
  }
}
