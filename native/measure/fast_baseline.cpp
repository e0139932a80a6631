// SPDX-License-Identifier: Apache-2.0
#define FK_VARIANT baseline
#define FK_VECTOR_BYTES 16
#include "measure/fast/quality.inl"
