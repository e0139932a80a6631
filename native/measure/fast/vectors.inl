// SPDX-License-Identifier: Apache-2.0
// Vectors of FK_VECTOR_BYTES, for one instruction set. Where GCC makes poor code of generic vectors, by intrinsics.

typedef int16_t Shorts __attribute__((vector_size(FK_VECTOR_BYTES)));
typedef int32_t Ints __attribute__((vector_size(FK_VECTOR_BYTES)));
typedef uint32_t UnsignedInts __attribute__((vector_size(FK_VECTOR_BYTES)));
typedef double Doubles __attribute__((vector_size(FK_VECTOR_BYTES)));
constexpr int kLanes = FK_VECTOR_BYTES / 4;

inline Ints load(const int32_t* from) {
  Ints v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
inline void store(int32_t* to, Ints v) { __builtin_memcpy(to, &v, sizeof v); }
inline Doubles load(const double* from) {
  Doubles v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
inline void store(double* to, Doubles v) { __builtin_memcpy(to, &v, sizeof v); }

#if FK_VECTOR_BYTES == 64

/// kLanes bytes, each in a lane.
inline Ints widen(const uint8_t* from) {
  return (Ints)_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
/// kLanes / 2 numbers. From memory: taking a vector apart costs as much again.
inline Doubles doubles(const int32_t* from) {
  return _mm512_cvtepi32_pd(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
/// Of each lane as two 16-bit numbers: low x low + high x high.
inline Ints dot(Ints a, Ints b) { return (Ints)_mm512_madd_epi16((__m512i)a, (__m512i)b); }

#elif FK_VECTOR_BYTES == 32

inline Ints widen(const uint8_t* from) {
  return (Ints)_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
inline Doubles doubles(const int32_t* from) {
  return _mm256_cvtepi32_pd(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Ints dot(Ints a, Ints b) { return (Ints)_mm256_madd_epi16((__m256i)a, (__m256i)b); }

#elif defined(__SSE2__)

inline Ints widen(const uint8_t* from) {
  int32_t four;
  __builtin_memcpy(&four, from, sizeof four);
  const __m128i zero = _mm_setzero_si128();
  return (Ints)_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero), zero);
}
inline Doubles doubles(const int32_t* from) {
  return _mm_cvtepi32_pd(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
inline Ints dot(Ints a, Ints b) { return (Ints)_mm_madd_epi16((__m128i)a, (__m128i)b); }

#else

inline Ints widen(const uint8_t* from) { return Ints{from[0], from[1], from[2], from[3]}; }
inline Doubles doubles(const int32_t* from) {
  return Doubles{static_cast<double>(from[0]), static_cast<double>(from[1])};
}
inline Ints dot(Ints a, Ints b) { return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16); }

#endif
