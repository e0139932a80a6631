// SPDX-License-Identifier: Apache-2.0
#include "decode/layout.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

namespace framekiln {
namespace {

constexpr uint32_t kEbml = 0x1A45DFA3, kSegment = 0x18538067;

constexpr uint32_t tag(const char (&text)[5]) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) value = value << 8 | static_cast<uint8_t>(text[i]);
  return value;
}

constexpr bool one_of(uint32_t type, std::initializer_list<uint32_t> types) {
  for (uint32_t known : types) {
    if (type == known) return true;
  }
  return false;
}

/// A box that may be an MP4's first; QuickTime's older files have no ftyp.
constexpr bool begins_mp4(uint32_t type) {
  return one_of(type, {tag("ftyp"), tag("styp"), tag("moov"), tag("mdat"), tag("wide"), tag("free"), tag("skip")});
}

Layout read_mp4(AVIOContext& io, uint64_t bytes, const Control& control) {
  Layout layout;
  bool index = false;
  for (uint64_t at = 0; bytes - at >= 8;) {
    control.check();
    avio_seek(&io, static_cast<int64_t>(at), SEEK_SET);
    uint64_t size = avio_rb32(&io);
    const uint32_t type = avio_rb32(&io);
    if (size == 1) size = avio_rb64(&io);
    if (size == 0) size = bytes - at;  // up to the file's end
    const bool whole = size <= bytes - at;
    if (type == tag("moov") && whole) index = true;
    if (!whole && one_of(type, {tag("moov"), tag("moof"), tag("mdat")})) layout.cut = true;
    if (!whole || size < 8) break;
    at += size;
  }
  check_input(io, control);
  if (!index) {
    throw Error(kInvalidVideo,
                "The MP4 file has no index (moov): it was cut short, or its recording was never finished");
  }
  return layout;
}

/// An element's size as EBML writes it; UINT64_MAX when it says "unknown", as live recordings do.
uint64_t read_ebml_size(AVIOContext& io) {
  const auto first = static_cast<uint8_t>(avio_r8(&io));
  const int more = std::countl_zero(first);  // as many bytes follow
  if (more > 7) return UINT64_MAX;
  const uint64_t ones = (uint64_t{1} << (7 * (more + 1))) - 1;
  uint64_t value = first;
  for (int i = 0; i < more; i++) value = value << 8 | static_cast<uint8_t>(avio_r8(&io));
  return (value & ones) == ones ? UINT64_MAX : value & ones;
}

Layout read_matroska(AVIOContext& io, uint64_t bytes) {
  Layout layout;
  avio_seek(&io, 4, SEEK_SET);
  const uint64_t header = read_ebml_size(io);
  if (header > bytes) return layout;
  avio_skip(&io, static_cast<int64_t>(header));
  if (avio_rb32(&io) != kSegment) return layout;
  const uint64_t segment = read_ebml_size(io);
  const int64_t begin = avio_tell(&io);
  layout.cut = segment != UINT64_MAX && segment > bytes - std::min(bytes, static_cast<uint64_t>(begin));
  return layout;
}

/// AVI 2.0's list of where the parts of a stream's index lie: `io` stands behind the chunk's size.
bool index_leaves_file(AVIOContext& io, uint64_t bytes, uint64_t size) {
  avio_skip(&io, 3);
  const bool of_indexes = avio_r8(&io) == 0;
  const uint64_t entries = avio_rl32(&io);
  avio_skip(&io, 16);
  for (uint64_t i = 0; of_indexes && i < entries && 24 + 16 * (i + 1) <= size; i++) {
    if (avio_rl64(&io) >= bytes) return true;
    avio_skip(&io, 8);
  }
  return false;
}

/// Whether what precedes an AVI's frames announces more bytes than the file has. `end` is within the file.
bool header_leaves_file(AVIOContext& io, uint64_t bytes, uint64_t end, const Control& control) {
  for (uint64_t at = 12; at + 12 <= end;) {
    control.check();
    avio_seek(&io, static_cast<int64_t>(at), SEEK_SET);
    const uint32_t type = avio_rb32(&io);
    const uint64_t size = avio_rl32(&io);
    const bool whole = size <= bytes - at - 8;
    if (type == tag("indx") && whole && index_leaves_file(io, bytes, size)) return true;
    const uint32_t list = type == tag("LIST") ? avio_rb32(&io) : 0;
    if (list == tag("movi")) return !whole;
    // A list's chunks are read as if they stood in its place.
    at += one_of(list, {tag("hdrl"), tag("strl")}) ? 12 : 8 + size + size % 2;
  }
  return false;
}

Layout read_avi(AVIOContext& io, uint64_t bytes, const Control& control) {
  Layout layout;
  // AVI 2.0 has one RIFF a gigabyte.
  for (uint64_t at = 0; at + 8 <= bytes && !layout.cut;) {
    control.check();
    avio_seek(&io, static_cast<int64_t>(at), SEEK_SET);
    const uint32_t type = avio_rb32(&io);
    const uint64_t size = avio_rl32(&io);
    check_input(io, control);
    if (type != tag("RIFF")) break;
    if (size == 0 || size == UINT32_MAX) {
      throw Error(kInvalidVideo, "The AVI file does not say its size: its recording was never finished");
    }
    layout.cut = size > bytes - at - 8 || (at == 0 && header_leaves_file(io, bytes, 8 + size, control));
    at += 8 + size + size % 2;
  }
  check_input(io, control);
  return layout;
}

}  // namespace

void check_input(const AVIOContext& io, const Control& control) {
  control.check();
  if (io.error < 0 && io.error != AVERROR_EOF) check(io.error, "IO", "read the video");
}

Container read_magic(AVIOContext& io, const Control& control) {
  const int64_t bytes = avio_size(&io);
  if (bytes == 0) throw Error(kInvalidVideo, "The file is empty");
  avio_seek(&io, 0, SEEK_SET);
  const uint32_t first = avio_rb32(&io), second = avio_rb32(&io), third = avio_rb32(&io);
  check_input(io, control);
  if (first == tag("RIFF") && third == tag("AVI ")) return Container::avi;
  if (first == tag("YUV4") && second == tag("MPEG") && third >> 16 == ('2' << 8 | ' ')) return Container::y4m;
  if (bytes >= 8 && begins_mp4(second)) return Container::mp4;
  if (bytes >= 8 && first == kEbml) return Container::matroska;
  throw Error(kInvalidVideo, "The file is not a video: it is no MP4, MOV, MKV, WebM, AVI or Y4M file");
}

Layout read_layout(AVIOContext& io, const Control& control) {
  const Container container = read_magic(io, control);
  const auto bytes = static_cast<uint64_t>(avio_size(&io));
  Layout layout;
  if (container == Container::mp4) layout = read_mp4(io, bytes, control);
  if (container == Container::matroska) layout = read_matroska(io, bytes);
  if (container == Container::avi) layout = read_avi(io, bytes, control);
  layout.container = container;
  avio_seek(&io, 0, SEEK_SET);
  return layout;
}

}  // namespace framekiln
