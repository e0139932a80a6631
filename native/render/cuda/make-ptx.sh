#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes kernels.ptx, which is for builds without nvcc and for drivers that know neither the GPU's machine code nor this
# compiler: any from CUDA 11.0 on can compile it.   make-ptx.sh [--check | FILE]
#   --check   exit 1 unless kernels.ptx is of these sources, and what this nvcc makes of them if it is the same release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
native=../..

digest=$(cat kernels.cu kernel/* "$native"/scene/*.h "$native/frame/colour.h" | sha256sum | cut -d' ' -f1)
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)

make_ptx() {
  local made
  made=$(mktemp)
  "$nvcc" -std=c++17 -O3 --fmad=false -prec-sqrt=true -prec-div=true -ftz=false --expt-relaxed-constexpr \
    -frandom-seed=framekiln -I"$native" -arch=compute_75 --ptx kernels.cu -o "$made"
  echo '// SPDX-License-Identifier: Apache-2.0'
  echo "// Made by make-ptx.sh from sources with SHA-256 $digest"
  # Nothing in it needs more than PTX 6.3, the first for sm_75: ptxas takes it, and so do older drivers then.
  sed -E 's/^\.version .*/.version 6.3/; s/[[:space:]]+$//' "$made"
  rm -f "$made"
}

release_of() { sed -nE 's/.*(release [0-9.]+).*/\1/p' | head -n 1; }

if [[ ${1:-} == --check ]]; then
  grep -q "SHA-256 $digest" kernels.ptx || { echo 'kernels.ptx is of other sources: run native/render/cuda/make-ptx.sh'; exit 1; }
  if [[ -x $nvcc ]] && [[ $("$nvcc" --version | release_of) == "$(release_of < kernels.ptx)" ]]; then
    diff <(make_ptx) kernels.ptx > /dev/null || { echo "kernels.ptx is not what this nvcc makes: run native/render/cuda/make-ptx.sh"; exit 1; }
    echo 'kernels.ptx is current: made again, the same'
  else
    echo 'kernels.ptx is of these sources; this machine lacks the nvcc that made it'
  fi
else
  made=${1:-kernels.ptx}
  make_ptx > "$made.new"
  mv "$made.new" "$made"
fi
