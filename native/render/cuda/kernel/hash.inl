// SPDX-License-Identifier: Apache-2.0
// Part of kernels.inl: XXH3-128 of a picture, as frame/hash.h has it, where the picture is: what NVENC gets never
// visits the host. Specification: doc/xxhash_spec.md of xxHash, "XXH3", for inputs above 240 bytes, default secret,
// seed 0. A stripe's contribution does not depend on those before it within a block of 16, so blocks are summed by as
// many threads as there are; only the scrambling between blocks is a chain, of one thread a lane.

constexpr uint64_t kPrime32_1 = 0x9E3779B1, kPrime32_2 = 0x85EBCA77, kPrime32_3 = 0xC2B2AE3D;
constexpr uint64_t kPrime64_1 = 0x9E3779B185EBCA87, kPrime64_2 = 0xC2B2AE3D27D4EB4F, kPrime64_3 = 0x165667B19E3779F9,
                   kPrime64_4 = 0x85EBCA77C2B2AE63, kPrime64_5 = 0x27D4EB2F165667C5;

/// 8 bytes of the secret, which are not aligned.
FK_HD uint64_t secret_at(const HashArgs& args, int byte) {
  const uint64_t low = args.secret[byte / 8];
  const int shift = byte % 8 * 8;
  return shift == 0 ? low : low >> shift | args.secret[byte / 8 + 1] << (64 - shift);
}

/// 8 bytes of the packed picture.
FK_HD uint64_t packed_at(const HashArgs& args, const HashJob& job, uint64_t byte) {
  int plane = 0;
  while (plane < 2 && byte >= args.plane_end[plane]) plane++;
  uint64_t within = byte - (plane > 0 ? args.plane_end[plane - 1] : 0);
  uint64_t row = within / args.row_bytes[plane], column = within % args.row_bytes[plane];
  const uint8_t* at = job.plane[plane].get() + row * job.stride[plane] + column;
  if (column % 8 == 0 && column + 8 <= args.row_bytes[plane]) return *reinterpret_cast<const uint64_t*>(at);
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) {
    value |= static_cast<uint64_t>(*at++) << 8 * i;
    if (++column < args.row_bytes[plane]) continue;
    column = 0;
    if (++row * args.row_bytes[plane] >= args.plane_end[plane] - (plane > 0 ? args.plane_end[plane - 1] : 0)) {
      if (plane == 2 || args.plane_end[plane] == args.bytes) continue;  // the picture's last byte
      plane++;
      row = 0;
    }
    at = job.plane[plane].get() + row * job.stride[plane];
  }
  return value;
}

/// What one stripe of 64 bytes adds to a lane.
FK_HD uint64_t stripe(const HashArgs& args, const HashJob& job, uint64_t byte, int secret, int lane) {
  const uint64_t key =
      packed_at(args, job, byte + 8 * static_cast<uint64_t>(lane)) ^ secret_at(args, secret + 8 * lane);
  return (key & 0xffffffff) * (key >> 32) + packed_at(args, job, byte + 8 * static_cast<uint64_t>(lane ^ 1));
}

constexpr int kStripesPerBlock = 16;

/// Blocks that end in a scrambling; the rest, of 1 to 1024 bytes, does not.
FK_HD uint32_t whole_blocks(const HashArgs& args) { return static_cast<uint32_t>((args.bytes - 1) / 1024); }

/// A thread sums lane `i % 8` of block `i / 8`.
FK_HD void sum_block(const HashArgs& args, int z, uint32_t i) {
  const HashJob& job = args.jobs.get()[z];
  const uint32_t block = i / 8;
  const int lane = static_cast<int>(i % 8);
  if (block > whole_blocks(args)) return;
  const uint64_t start = static_cast<uint64_t>(block) * 1024;
  const bool last = block == whole_blocks(args);
  const int stripes = last ? static_cast<int>((args.bytes - 1 - start) / 64) : kStripesPerBlock;
  uint64_t sum = 0;
  for (int s = 0; s < stripes; s++) sum += stripe(args, job, start + 64 * static_cast<uint64_t>(s), 8 * s, lane);
  // The last stripe ends where the input does.
  if (last) sum += stripe(args, job, args.bytes - 64, 121, lane);
  job.sums.get()[i] = sum;
}

FK_HD uint64_t folded(uint64_t a, uint64_t b) {
  const uint64_t low = (a & 0xffffffff) * (b & 0xffffffff), mid = (a >> 32) * (b & 0xffffffff) + (low >> 32);
  const uint64_t cross = (a & 0xffffffff) * (b >> 32) + (mid & 0xffffffff);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (mid >> 32) + (cross >> 32));
}

FK_HD uint64_t merged(const HashArgs& args, const uint64_t* lanes, int secret, uint64_t start) {
  for (int i = 0; i < 4; i++) {
    start += folded(lanes[2 * i] ^ secret_at(args, secret + 16 * i),
                    lanes[2 * i + 1] ^ secret_at(args, secret + 16 * i + 8));
  }
  start = (start ^ start >> 37) * 0x165667919E3779F9;
  return start ^ start >> 32;
}

struct HashMemory {
  uint64_t lane[8];
};

/// Eight threads a picture, a lane each.
template <typename Exec>
FK_HD void chain_blocks(const HashArgs& args, int z, Exec exec, HashMemory& memory) {
  const HashJob& job = args.jobs.get()[z];
  exec.each([&](int lane) {
    if (lane >= 8) return;
    const uint64_t start[8] = {kPrime32_3, kPrime64_1, kPrime64_2, kPrime64_3,
                               kPrime64_4, kPrime32_2, kPrime64_5, kPrime32_1};
    const uint64_t secret = secret_at(args, 128 + 8 * lane);
    uint64_t sum = start[lane];
    const uint32_t blocks = whole_blocks(args);
    for (uint32_t b = 0; b < blocks; b++) {
      sum += job.sums.get()[b * 8 + static_cast<uint32_t>(lane)];
      sum = (sum ^ sum >> 47 ^ secret) * kPrime32_1;
    }
    memory.lane[lane] = sum + job.sums.get()[blocks * 8 + static_cast<uint32_t>(lane)];
  });
  exec.each([&](int thread) {
    if (thread != 0) return;
    job.hash.get()[0] = merged(args, memory.lane, 11, args.bytes * kPrime64_1);
    job.hash.get()[1] = merged(args, memory.lane, 117, ~(args.bytes * kPrime64_2));
  });
}
