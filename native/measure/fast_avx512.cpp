// SPDX-License-Identifier: Apache-2.0
#define FK_VARIANT avx512
#define FK_VECTOR_BYTES 64
#include "measure/fast/quality.inl"
