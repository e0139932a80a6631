// SPDX-License-Identifier: Apache-2.0
// The double of NVIDIA's encoder library, for tests only: what libavcodec's nvenc.c calls, over Session.
#include <ffnvcodec/nvEncodeAPI.h>

#include <cstring>
#include <mutex>
#include <set>

#include "nvenc/config.h"
#include "nvenc/session.h"

namespace framekiln::doubles {
namespace {

/// All sessions, and the one lock of the double.
struct Library {
  std::mutex lock;
  std::set<Session*> sessions;
};

Library& library() {
  static Library* const all = new Library;  // outlives whoever closes late
  return *all;
}

/// Runs one function of a session, unless the environment wants it to fail.
template <typename Call>
NVENCSTATUS on_session(const char* function, void* encoder, Call call) {
  if (const int status = injected(function)) return static_cast<NVENCSTATUS>(status);
  const std::lock_guard guard(library().lock);
  auto* session = static_cast<Session*>(encoder);
  if (!library().sessions.count(session)) {
    breach("a session that is none");
    return NV_ENC_ERR_INVALID_PTR;
  }
  return call(*session);
}

/// As the driver checks them; a struct of another version would be read wrongly.
template <typename Struct>
bool has_version(const Struct* params, uint32_t version) {
  if (params && params->version == version) return true;
  breach("a struct of another version");
  return false;
}

NVENCSTATUS open_session(NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS* params, void** encoder) {
  if (const int status = injected("OpenEncodeSessionEx")) return static_cast<NVENCSTATUS>(status);
  const std::lock_guard guard(library().lock);
  if (!has_version(params, NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS_VER)) return NV_ENC_ERR_INVALID_VERSION;
  if (params->deviceType != NV_ENC_DEVICE_TYPE_CUDA || !params->device) return NV_ENC_ERR_INVALID_DEVICE;
  if (library().sessions.size() >= most_sessions()) return NV_ENC_ERR_OUT_OF_MEMORY;
  auto* session = new Session;
  library().sessions.insert(session);
  counts().sessions++;
  counts().open++;
  *encoder = session;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS destroy(void* encoder) {
  return on_session("DestroyEncoder", encoder, [&](Session& session) {
    session.close();
    library().sessions.erase(&session);
    counts().open--;
    delete &session;
    return NV_ENC_SUCCESS;
  });
}

uint32_t codecs() { return has_hevc() ? 2 : 1; }

NVENCSTATUS guid_count(void* encoder, uint32_t* count) {
  return on_session("GetEncodeGUIDCount", encoder, [&](Session&) {
    *count = codecs();
    return NV_ENC_SUCCESS;
  });
}

NVENCSTATUS guids(void* encoder, GUID* list, uint32_t, uint32_t* count) {
  return on_session("GetEncodeGUIDs", encoder, [&](Session&) {
    *count = codecs();
    list[0] = NV_ENC_CODEC_H264_GUID;
    if (codecs() > 1) list[1] = NV_ENC_CODEC_HEVC_GUID;
    return NV_ENC_SUCCESS;
  });
}

NVENCSTATUS caps(void* encoder, GUID, NV_ENC_CAPS_PARAM* wanted, int* value) {
  return on_session("GetEncodeCaps", encoder, [&](Session&) {
    const bool size = wanted->capsToQuery == NV_ENC_CAPS_WIDTH_MAX || wanted->capsToQuery == NV_ENC_CAPS_HEIGHT_MAX;
    *value = size ? 4096 : 1;
    return NV_ENC_SUCCESS;
  });
}

NVENCSTATUS preset(void* encoder, GUID, GUID, NV_ENC_TUNING_INFO, NV_ENC_PRESET_CONFIG* out) {
  return on_session("GetEncodePresetConfigEx", encoder, [&](Session&) {
    out->presetCfg.version = NV_ENC_CONFIG_VER;
    out->presetCfg.gopLength = 30;
    out->presetCfg.frameIntervalP = 3;
    return NV_ENC_SUCCESS;
  });
}

NVENCSTATUS preset_before(void* encoder, GUID codec, GUID which, NV_ENC_PRESET_CONFIG* out) {
  return preset(encoder, codec, which, NV_ENC_TUNING_INFO_HIGH_QUALITY, out);
}

/// A function of one struct with a version.
#define FK_CALL(name, Struct, method, VERSION)                                                  \
  NVENCSTATUS name(void* encoder, Struct* params) {                                             \
    return on_session(#method, encoder, [&](Session& session) {                                 \
      return has_version(params, VERSION) ? session.name(*params) : NV_ENC_ERR_INVALID_VERSION; \
    });                                                                                         \
  }
FK_CALL(initialize, NV_ENC_INITIALIZE_PARAMS, InitializeEncoder, NV_ENC_INITIALIZE_PARAMS_VER)
FK_CALL(add_resource, NV_ENC_REGISTER_RESOURCE, RegisterResource, NV_ENC_REGISTER_RESOURCE_VER)
FK_CALL(map, NV_ENC_MAP_INPUT_RESOURCE, MapInputResource, NV_ENC_MAP_INPUT_RESOURCE_VER)
FK_CALL(add_bitstream, NV_ENC_CREATE_BITSTREAM_BUFFER, CreateBitstreamBuffer, NV_ENC_CREATE_BITSTREAM_BUFFER_VER)
FK_CALL(encode, NV_ENC_PIC_PARAMS, EncodePicture, NV_ENC_PIC_PARAMS_VER)
FK_CALL(lock, NV_ENC_LOCK_BITSTREAM, LockBitstream, NV_ENC_LOCK_BITSTREAM_VER)
FK_CALL(write_parameter_sets, NV_ENC_SEQUENCE_PARAM_PAYLOAD, GetSequenceParams, NV_ENC_SEQUENCE_PARAM_PAYLOAD_VER)
#undef FK_CALL

/// A function of one handle.
#define FK_CALL(name, method)                                                                    \
  NVENCSTATUS name(void* encoder, void* handle) {                                                \
    return on_session(#method, encoder, [&](Session& session) { return session.name(handle); }); \
  }
FK_CALL(remove_resource, UnregisterResource)
FK_CALL(unmap, UnmapInputResource)
FK_CALL(remove_bitstream, DestroyBitstreamBuffer)
FK_CALL(unlock, UnlockBitstream)
#undef FK_CALL

NVENCSTATUS set_streams(void* encoder, NV_ENC_CUSTREAM_PTR input, NV_ENC_CUSTREAM_PTR output) {
  return on_session("SetIOCudaStreams", encoder, [&](Session& session) { return session.set_streams(input, output); });
}

NVENCSTATUS reconfigure(void* encoder, NV_ENC_RECONFIGURE_PARAMS*) {
  return on_session("ReconfigureEncoder", encoder, [&](Session&) {
    breach("nothing of a session changes");
    return NV_ENC_ERR_INVALID_CALL;
  });
}

const char* last_error(void*) { return "said by the double"; }

}  // namespace
}  // namespace framekiln::doubles

extern "C" [[gnu::visibility("default")]] NVENCSTATUS NvEncodeAPIGetMaxSupportedVersion(uint32_t* version) {
  *version = framekiln::doubles::newest_version();
  return NV_ENC_SUCCESS;
}

extern "C" [[gnu::visibility("default")]] NVENCSTATUS NvEncodeAPICreateInstance(NV_ENCODE_API_FUNCTION_LIST* list) {
  using namespace framekiln::doubles;
  if (!list || list->version != NV_ENCODE_API_FUNCTION_LIST_VER) return NV_ENC_ERR_INVALID_VERSION;
  list->nvEncOpenEncodeSessionEx = open_session;
  list->nvEncDestroyEncoder = destroy;
  list->nvEncGetEncodeGUIDCount = guid_count;
  list->nvEncGetEncodeGUIDs = guids;
  list->nvEncGetEncodeCaps = caps;
  list->nvEncGetEncodePresetConfig = preset_before;
  list->nvEncGetEncodePresetConfigEx = preset;
  list->nvEncInitializeEncoder = initialize;
  list->nvEncReconfigureEncoder = reconfigure;
  list->nvEncRegisterResource = add_resource;
  list->nvEncUnregisterResource = remove_resource;
  list->nvEncMapInputResource = map;
  list->nvEncUnmapInputResource = unmap;
  list->nvEncCreateBitstreamBuffer = add_bitstream;
  list->nvEncDestroyBitstreamBuffer = remove_bitstream;
  list->nvEncEncodePicture = encode;
  list->nvEncLockBitstream = lock;
  list->nvEncUnlockBitstream = unlock;
  list->nvEncGetSequenceParams = write_parameter_sets;
  list->nvEncSetIOCudaStreams = set_streams;
  list->nvEncGetLastErrorString = last_error;
  return NV_ENC_SUCCESS;
}
