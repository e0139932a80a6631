// SPDX-License-Identifier: Apache-2.0
#define FK_VARIANT avx2
#define FK_VECTOR_BYTES 32
#include "measure/fast/quality.inl"
