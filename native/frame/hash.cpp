// SPDX-License-Identifier: Apache-2.0
#include "frame/hash.h"

#include <algorithm>
#include <memory>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace framekiln {
namespace {

struct StateDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

FrameHash hash_picture(const Picture& picture) {
  const std::unique_ptr<XXH3_state_t, StateDeleter> state(XXH3_createState());
  if (!state) throw std::bad_alloc();
  XXH3_128bits_reset(state.get());
  for (int plane = 0; plane < 3 && picture.plane[plane]; plane++) {
    const PlaneSize size = plane_size(picture, plane);
    const uint8_t* row = picture.plane[plane];
    if (picture.stride[plane] == static_cast<ptrdiff_t>(size.row_bytes)) {
      XXH3_128bits_update(state.get(), row, size.row_bytes * static_cast<size_t>(size.rows));
      continue;
    }
    for (int j = 0; j < size.rows; j++, row += picture.stride[plane]) {
      XXH3_128bits_update(state.get(), row, size.row_bytes);
    }
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state.get()));
  FrameHash hash;
  std::copy_n(canonical.digest, hash.size(), hash.begin());
  return hash;
}

HashSecret hash_secret() {
  HashSecret secret;
  static_assert(sizeof XXH3_kSecret == secret.size());
  std::copy_n(XXH3_kSecret, secret.size(), secret.begin());
  return secret;
}

}  // namespace framekiln
