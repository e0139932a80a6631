// SPDX-License-Identifier: Apache-2.0
#include "state.h"

// Part of the double of libcuda, for tests only: what ffnvcodec's loader looks for and nothing here calls. Whatever the
// parameters, which the caller cleans up.
using namespace framekiln::doubles;

#define FK_UNSUPPORTED(name)                          \
  FK_DOUBLE_EXPORT CUresult name() {                  \
    FK_ENTER(Need::nothing);                          \
    breach("called, which the double does not have"); \
    return kNotSupported;                             \
  }
FK_UNSUPPORTED(cuArray3DCreate_v2)
FK_UNSUPPORTED(cuArrayCreate_v2)
FK_UNSUPPORTED(cuArrayDestroy)
FK_UNSUPPORTED(cuCtxGetCurrent)
FK_UNSUPPORTED(cuCtxSetLimit)
FK_UNSUPPORTED(cuDestroyExternalMemory)
FK_UNSUPPORTED(cuDestroyExternalSemaphore)
FK_UNSUPPORTED(cuDeviceGetUuid)
FK_UNSUPPORTED(cuDevicePrimaryCtxReset)
FK_UNSUPPORTED(cuEGLStreamConsumerDisconnect)
FK_UNSUPPORTED(cuEGLStreamProducerConnect)
FK_UNSUPPORTED(cuEGLStreamProducerDisconnect)
FK_UNSUPPORTED(cuEGLStreamProducerPresentFrame)
FK_UNSUPPORTED(cuEGLStreamProducerReturnFrame)
FK_UNSUPPORTED(cuExternalMemoryGetMappedBuffer)
FK_UNSUPPORTED(cuExternalMemoryGetMappedMipmappedArray)
FK_UNSUPPORTED(cuGLGetDevices_v2)
FK_UNSUPPORTED(cuGraphicsGLRegisterImage)
FK_UNSUPPORTED(cuGraphicsMapResources)
FK_UNSUPPORTED(cuGraphicsResourceGetMappedPointer_v2)
FK_UNSUPPORTED(cuGraphicsSubResourceGetMappedArray)
FK_UNSUPPORTED(cuGraphicsUnmapResources)
FK_UNSUPPORTED(cuGraphicsUnregisterResource)
FK_UNSUPPORTED(cuImportExternalMemory)
FK_UNSUPPORTED(cuImportExternalSemaphore)
FK_UNSUPPORTED(cuLinkAddData)
FK_UNSUPPORTED(cuLinkComplete)
FK_UNSUPPORTED(cuLinkCreate)
FK_UNSUPPORTED(cuLinkDestroy)
FK_UNSUPPORTED(cuMemAllocManaged)
FK_UNSUPPORTED(cuMipmappedArrayDestroy)
FK_UNSUPPORTED(cuMipmappedArrayGetLevel)
FK_UNSUPPORTED(cuModuleGetGlobal)
FK_UNSUPPORTED(cuSignalExternalSemaphoresAsync)
FK_UNSUPPORTED(cuStreamAddCallback)
FK_UNSUPPORTED(cuStreamWaitEvent)
FK_UNSUPPORTED(cuTexObjectCreate)
FK_UNSUPPORTED(cuTexObjectDestroy)
FK_UNSUPPORTED(cuWaitExternalSemaphoresAsync)
