// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "nvenc/h264.h"

// For tests only: what the double keeps of one encoder session.
namespace framekiln::doubles {

/// Device memory that may be encoded from.
struct Resource {
  uint64_t address;
  uint32_t width, height, pitch;
  bool mapped;
};

struct Bitstream {
  std::vector<uint8_t> bytes;
  bool filled, locked;
  uint64_t timestamp;
  bool key;
};

class Session {
 public:
  NVENCSTATUS initialize(const NV_ENC_INITIALIZE_PARAMS& params);
  NVENCSTATUS add_resource(NV_ENC_REGISTER_RESOURCE& params);
  NVENCSTATUS remove_resource(void* resource);
  NVENCSTATUS map(NV_ENC_MAP_INPUT_RESOURCE& params);
  NVENCSTATUS unmap(void* mapped);
  NVENCSTATUS add_bitstream(NV_ENC_CREATE_BITSTREAM_BUFFER& params);
  NVENCSTATUS remove_bitstream(void* bitstream);
  NVENCSTATUS set_streams(void* input, void* output);
  NVENCSTATUS encode(const NV_ENC_PIC_PARAMS& params);
  NVENCSTATUS lock(NV_ENC_LOCK_BITSTREAM& params);
  NVENCSTATUS unlock(void* bitstream);
  NVENCSTATUS write_parameter_sets(NV_ENC_SEQUENCE_PARAM_PAYLOAD& params);
  /// What is left behind is a breach.
  void close();

 private:
  NVENCSTATUS end_segment();

  bool initialized_ = false, has_streams_ = false;
  /// Frames since the last end of stream, all ever, and IDR pictures.
  long since_end_ = 0, frames_ = 0, idr_ = 0, since_idr_ = 0;
  uint64_t last_timestamp_ = 0;
  H264Stream stream_{};
  std::map<void*, Resource*> resources_;
  std::set<Bitstream*> bitstreams_;
};

}  // namespace framekiln::doubles
