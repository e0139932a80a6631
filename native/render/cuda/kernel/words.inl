// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: bytes and bits of 32-bit words.

/// A float and its bits.
struct Float32 {
  float value;

  FK_BOTH uint32_t bits() const {
#if defined(__CUDA_ARCH__)
    return __float_as_uint(value);
#else
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
#endif
  }
};

/// The value, its sign turned if the highest bit of `sign` is set.
FK_HD float with_sign(float value, uint32_t sign) {
#if defined(__CUDA_ARCH__)
  return __uint_as_float(__float_as_uint(value) ^ sign);
#else
  return sign >> 31 ? -value : value;
#endif
}

/// Four of the eight bytes of two words: the selector's four low nibbles, below 8, say which.
FK_HD uint32_t pick(uint32_t low, uint32_t high, uint32_t selector) {
#if defined(__CUDA_ARCH__)
  uint32_t word;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(word) : "r"(low), "r"(high), "r"(selector));
  return word;
#else
  const uint64_t both = low | static_cast<uint64_t>(high) << 32;
  uint32_t word = 0;
  for (int i = 0; i < 4; i++) word |= static_cast<uint32_t>(both >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
  return word;
#endif
}

/// Four bytes at an address on 4 bytes.
FK_HD void put_word(uint8_t* to, uint32_t word) {
#if defined(__CUDA_ARCH__)
  *reinterpret_cast<uint32_t*>(to) = word;
#else
  std::memcpy(to, &word, sizeof word);
#endif
}

/// Four words that are loaded and stored at once.
struct alignas(16) Quad {
  uint32_t word[4];

  /// From an address on 16 bytes.
  static FK_BOTH Quad at(const uint8_t* from) {
#if defined(__CUDA_ARCH__)
    return *reinterpret_cast<const Quad*>(from);
#else
    Quad quad;
    std::memcpy(&quad, from, sizeof quad);
    return quad;
#endif
  }
  /// To global memory, on 16 bytes. The compiler would make four stores of it.
  FK_BOTH void store(uint8_t* to) const {
#if defined(__CUDA_ARCH__)
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(to)), "r"(word[0]),
                 "r"(word[1]), "r"(word[2]), "r"(word[3])
                 : "memory");
#else
    std::memcpy(to, word, sizeof word);
#endif
  }
};

/// Copies an object of at most kThreads words: what one thread does of it.
template <typename Object>
FK_HD void copy_words(Object* to, const Object* from, int thread) {
  static_assert(sizeof(Object) % 4 == 0 && sizeof(Object) / 4 <= kThreads);
  if (thread >= static_cast<int>(sizeof(Object) / 4)) return;
#if defined(__CUDA_ARCH__)
  reinterpret_cast<uint32_t*>(to)[thread] = reinterpret_cast<const uint32_t*>(from)[thread];
#else
  std::memcpy(reinterpret_cast<char*>(to) + 4 * thread, reinterpret_cast<const char*>(from) + 4 * thread, 4);
#endif
}
