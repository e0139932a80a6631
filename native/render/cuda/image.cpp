// SPDX-License-Identifier: Apache-2.0
#include "render/cuda/image.h"

// CMake names the files.
#define FK_EMBED(symbol, path) \
  asm(".section .rodata\n"     \
      ".balign 64\n" #symbol   \
      ":\n"                    \
      ".incbin \"" path        \
      "\"\n"                   \
      ".byte 0\n"              \
      ".previous\n")

FK_EMBED(fk_ptx_image, FK_PTX_FILE);
extern "C" __attribute__((visibility("hidden"))) const char fk_ptx_image[];
#if defined(FK_FATBIN_FILE)
FK_EMBED(fk_fatbin_image, FK_FATBIN_FILE);
extern "C" __attribute__((visibility("hidden"))) const char fk_fatbin_image[];
#endif

namespace framekiln::gpu {

const void* fatbin_image() {
#if defined(FK_FATBIN_FILE)
  return fk_fatbin_image;
#else
  return nullptr;
#endif
}

const char* ptx_image() { return fk_ptx_image; }

}  // namespace framekiln::gpu
