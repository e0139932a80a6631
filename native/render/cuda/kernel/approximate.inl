// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: float32 that is not the same everywhere. Only for what a bound takes the error of into account.

/// a * b + c, of one rounding or of two.
FK_HD float fused(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(a, b, c);
#else
  return a * b + c;
#endif
}

/// Within 2^-22 of the square root, relatively; 0 of 0, and of numbers below 1.2e-38.
FK_HD float root(float v) {
#if defined(__CUDA_ARCH__)
  float r;
  asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
  return r;
#else
  return sqrtf(v);
#endif
}

/// Within 2^-22 of 1 over the square root, relatively. The number is above 1.2e-38.
FK_HD float root_inverse(float v) {
#if defined(__CUDA_ARCH__)
  float r;
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
  return r;
#else
  return 1 / sqrtf(v);
#endif
}

/// Sine of an angle in [0, 32], within 2e-7 plus the argument's own rounding.
FK_HD float sine(float a) {
  // Added to 1.5 * 2^23, a number is rounded to an integer: half turns, whose parity is the sum's last bit.
  const Float32 rounded{fused(a, 0.318309886f, 12582912.0f)};
  const float k = rounded.value - 12582912.0f;
  const float r = fused(k, -9.67653589793e-4f, fused(k, -3.140625f, a));
  const float t = r * r;
  const float p = fused(t, fused(t, fused(t, 2.5904876e-06f, -0.00019800897f), 0.0083329f), -0.16666648f);
  return with_sign(fused(r * t, p, r), rounded.bits() << 31);
}
