// SPDX-License-Identifier: Apache-2.0
// Part of fast.inl: vectors of the unit's width, and the few operations on them that the language lacks.

constexpr int kVectorBytes = FK_VECTOR_BYTES;

using Bytes = uint8_t __attribute__((vector_size(FK_VECTOR_BYTES)));
using SignedBytes = signed char __attribute__((vector_size(FK_VECTOR_BYTES)));
using Shorts = uint16_t __attribute__((vector_size(FK_VECTOR_BYTES)));
using Ints = int __attribute__((vector_size(FK_VECTOR_BYTES)));
using Longs = long long __attribute__((vector_size(FK_VECTOR_BYTES)));
using Floats = float __attribute__((vector_size(FK_VECTOR_BYTES)));
using Doubles = double __attribute__((vector_size(FK_VECTOR_BYTES)));
/// As many as a vector of floats or doubles has.
using FloatBytes = uint8_t __attribute__((vector_size(FK_VECTOR_BYTES / 4)));
using DoubleInts = int __attribute__((vector_size(FK_VECTOR_BYTES / 2)));
constexpr int kFloats = FK_VECTOR_BYTES / 4, kDoubles = FK_VECTOR_BYTES / 8;

template <typename Vector, typename T>
inline __attribute__((always_inline)) Vector load(const T* p) {
  Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <typename Vector, typename T>
inline __attribute__((always_inline)) void store(T* p, Vector v) {
  __builtin_memcpy(p, &v, sizeof v);
}

#if FK_VECTOR_BYTES == 64

FK_HOST Doubles root(Doubles v) { return (Doubles)_mm512_sqrt_pd((__m512d)v); }
FK_HOST Floats root(Floats v) { return (Floats)_mm512_sqrt_ps((__m512)v); }
/// a * b + c, rounded once where the CPU can: only for values whose last bits no pixel depends on.
FK_HOST Floats fused(Floats a, Floats b, Floats c) { return (Floats)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
/// Each in a byte: they are below 256.
FK_HOST FloatBytes narrow(Ints v) { return (FloatBytes)_mm512_cvtepi32_epi8((__m512i)v); }
FK_HOST bool any(Longs mask) { return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0; }

/// Within each 16 bytes: table[index]. An index is below 16.
FK_HOST Bytes look_up(Bytes table, Bytes index) { return (Bytes)_mm512_shuffle_epi8((__m512i)table, (__m512i)index); }
FK_HOST Bytes each_lane(const uint8_t* p) {
  return (Bytes)_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
/// Sums of neighbours.
FK_HOST Shorts pair_sums(Bytes v) { return (Shorts)_mm512_maddubs_epi16((__m512i)v, _mm512_set1_epi8(1)); }
/// The 16 bytes that hold the pixels of output lane `4 * kPart + lane`, when a pixel becomes three bytes.
template <int kPart>
inline __attribute__((always_inline)) Bytes spread_lanes(Bytes v) {
  constexpr int kLanes = kPart == 0 ? 0b01000000 : kPart == 1 ? 0b10100101 : 0b11111110;
  return (Bytes)_mm512_shuffle_i32x4((__m512i)v, (__m512i)v, kLanes);
}

#elif FK_VECTOR_BYTES == 32

FK_HOST Doubles root(Doubles v) { return (Doubles)_mm256_sqrt_pd((__m256d)v); }
FK_HOST Floats root(Floats v) { return (Floats)_mm256_sqrt_ps((__m256)v); }
FK_HOST Floats fused(Floats a, Floats b, Floats c) { return (Floats)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
FK_HOST FloatBytes narrow(Ints v) {
  const __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
  return (FloatBytes)_mm_cvtsi128_si64(_mm_packus_epi16(shorts, shorts));
}
FK_HOST bool any(Longs mask) { return !_mm256_testz_si256((__m256i)mask, (__m256i)mask); }

FK_HOST Bytes look_up(Bytes table, Bytes index) { return (Bytes)_mm256_shuffle_epi8((__m256i)table, (__m256i)index); }
FK_HOST Bytes each_lane(const uint8_t* p) {
  return (Bytes)_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
FK_HOST Shorts pair_sums(Bytes v) { return (Shorts)_mm256_maddubs_epi16((__m256i)v, _mm256_set1_epi8(1)); }
template <int kPart>
inline __attribute__((always_inline)) Bytes spread_lanes(Bytes v) {
  constexpr int kLanes = kPart == 0 ? 0x00 : kPart == 1 ? 0x10 : 0x11;
  return (Bytes)_mm256_permute2x128_si256((__m256i)v, (__m256i)v, kLanes);
}

#elif defined(__SSE2__)

FK_HOST Doubles root(Doubles v) { return (Doubles)_mm_sqrt_pd((__m128d)v); }
FK_HOST Floats root(Floats v) { return (Floats)_mm_sqrt_ps((__m128)v); }
FK_HOST FloatBytes narrow(Ints v) {
  const __m128i shorts = _mm_packs_epi32((__m128i)v, (__m128i)v);
  return (FloatBytes)_mm_cvtsi128_si32(_mm_packus_epi16(shorts, shorts));
}
FK_HOST bool any(Longs mask) { return _mm_movemask_epi8((__m128i)mask) != 0; }

#else

template <typename Vector>
inline __attribute__((always_inline)) Vector root(Vector v) {
  Vector result;
  for (unsigned l = 0; l < sizeof v / sizeof v[0]; l++) result[l] = std::sqrt(v[l]);
  return result;
}
FK_HOST FloatBytes narrow(Ints v) {
  FloatBytes result;
  for (int l = 0; l < kFloats; l++) result[l] = static_cast<uint8_t>(v[l]);
  return result;
}
FK_HOST bool any(Longs mask) { return (mask[0] | mask[1]) != 0; }

#endif

#if FK_VECTOR_BYTES == 16
FK_HOST Floats fused(Floats a, Floats b, Floats c) { return a * b + c; }
#endif

FK_HOST Floats fused(Floats a, float b, Floats c) { return fused(a, Floats{} + b, c); }
FK_HOST Floats fused(Floats a, Floats b, float c) { return fused(a, b, Floats{} + c); }
FK_HOST Floats fused(Floats a, float b, float c) { return fused(a, Floats{} + b, Floats{} + c); }
