// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: a sine in float64 of our own, the same on every GPU; CUDA's is not the C library's to the last
// bit.

/// Sine of an angle up to 1e6, within 1e-15; exactly 0 of 0.
///
/// Half turns are taken off in two parts, the first of 33 bits, so that up to 2^20 of them times it are exact. What is
/// left, up to a quarter turn either way, goes through the Taylor series to the 21st power (the next term is below
/// 2e-18).
FK_HD double sine_exact(double a) {
  const double half_turns = floor(a * 0.3183098861837907 + 0.5);
  const double r = (a - half_turns * 3.1415926534682512) - half_turns * 1.2154201013012384e-10;
  const double t = r * r;
  double sum = 1.9572941063391263e-20;
  sum = sum * t - 8.2206352466243295e-18;
  sum = sum * t + 2.8114572543455206e-15;
  sum = sum * t - 7.6471637318198164e-13;
  sum = sum * t + 1.6059043836821613e-10;
  sum = sum * t - 2.5052108385441720e-08;
  sum = sum * t + 2.7557319223985893e-06;
  sum = sum * t - 1.9841269841269841e-04;
  sum = sum * t + 8.3333333333333332e-03;
  sum = sum * t - 1.6666666666666666e-01;
  const double value = r + r * t * sum;
  return static_cast<long long>(half_turns) & 1 ? -value : value;
}
