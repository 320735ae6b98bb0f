#!/usr/bin/env bash
# Builds the libraries of llama.cpp from the source bundle that deploy/llama.sh installs: about ten minutes on two cores.
#
# usage: deploy/build-llama.sh OUT    OUT becomes a folder for --llama-dir and WEIGHBRIDGE_LLAMA_DIR; refused if it exists
# exit: 0 built, 1 it cannot be built, 2 usage
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=deploy/lib/common.sh
source "$here/lib/common.sh"

if (($# != 1)) || [[ "$1" == -* ]]; then wb_die "one argument: the folder to make" "usage: deploy/build-llama.sh OUT"; fi
[[ ! -e "$1" ]] || wb_die "$1 exists"
installed="$("$here/llama.sh")"
wb_install cmake g++ git make
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
git clone --quiet -c advice.detachedHead=false "$installed/llama.bundle" "$work/tree"
cmake -S "$work/tree" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF \
  -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
  -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_CURL=OFF -DCMAKE_INSTALL_RPATH="\$ORIGIN" -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON >&2
cmake --build "$work/build" --parallel "$(nproc)" >&2
mkdir -p "$work/new/lib"
find "$work/build" -name 'lib*.so*' -exec cp -a -- {} "$work/new/lib/" \;
cp -a -- "$installed/include" "$installed/vocab" "$installed/LICENSE" "$installed/ABI" "$work/new/"
touch "$work/new/complete"
mv -T "$work/new" "$1"
printf '%s\n' "$1"
