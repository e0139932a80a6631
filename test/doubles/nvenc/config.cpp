// SPDX-License-Identifier: Apache-2.0
#include "nvenc/config.h"

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace framekiln::doubles {
namespace {

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

uint64_t number(const char* name, uint64_t otherwise) {
  const char* value = environment(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

/// Appends the report when the process ends.
struct Totals {
  NvencCounts counts{};
  std::map<std::string, long> calls;
  std::mutex lock;

  ~Totals() {
    const char* path = environment("FK_DOUBLE_NVENC_REPORT");
    FILE* file = path ? std::fopen(path, "a") : nullptr;
    if (!file) return;
    std::fprintf(file,
                 "{\"breaches\":%llu,\"sessions\":%llu,\"open\":%llu,\"frames\":%llu,\"segments\":%llu,"
                 "\"resources\":%llu}\n",
                 static_cast<unsigned long long>(counts.breaches), static_cast<unsigned long long>(counts.sessions),
                 static_cast<unsigned long long>(counts.open), static_cast<unsigned long long>(counts.frames),
                 static_cast<unsigned long long>(counts.segments), static_cast<unsigned long long>(counts.resources));
    std::fclose(file);
  }
};

Totals& totals() {
  static Totals all;
  return all;
}

}  // namespace

NvencCounts& counts() { return totals().counts; }

int injected(const char* function) {
  const std::lock_guard guard(totals().lock);
  const long call = ++totals().calls[function];
  const char* faults = environment("FK_DOUBLE_NVENC_FAIL");
  for (const char* at = faults; at; at = std::strchr(at, ',')) {
    if (*at == ',') at++;
    char name[64], onwards[2] = "";
    long n = 0;
    int status = 0;
    const bool all = std::sscanf(at, "%63[^:]:%ld%1[+]:%d", name, &n, onwards, &status) == 4;
    if (!all && std::sscanf(at, "%63[^:]:%ld:%d", name, &n, &status) != 3) {
      breach("FK_DOUBLE_NVENC_FAIL cannot be read");
      return 0;
    }
    if (!std::strcmp(name, function) && (call == n || (all && call > n))) return status;
  }
  return 0;
}

uint32_t newest_version() {
  return static_cast<uint32_t>(number("FK_DOUBLE_NVENC_VERSION", NVENCAPI_MAJOR_VERSION << 4 | NVENCAPI_MINOR_VERSION));
}
uint64_t most_sessions() { return number("FK_DOUBLE_NVENC_SESSIONS", UINT64_MAX); }
bool has_hevc() {
  const char* codecs = environment("FK_DOUBLE_NVENC_CODECS");
  return !codecs || std::strstr(codecs, "hevc");
}

void breach(const char* what) {
  counts().breaches++;
  std::fprintf(stderr, "double of libnvidia-encode: BREACH: %s\n", what);
}

}  // namespace framekiln::doubles
