#!/usr/bin/env bash
# Installs llama.cpp, the inference library of the engine, into the user's cache: prebuilt CPU libraries, headers and vocabularies.
#
# Both packages are pinned by version and SHA-256; nothing of them enters this project. Their licence is MIT (see NOTICE.md).
# usage: deploy/llama.sh [--packages FOLDER]    prints the folder on stdout: lib/, include/, vocab/, bundle, ABI
#   --packages FOLDER   takes the two .tgz files from there instead of fetching them
# exit: 0 it is there, 1 it cannot be had (no network), 2 usage, 4 a package is not the pinned one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly VERSION="$WB_LLAMA_VERSION"
readonly LIBRARIES="@node-llama-cpp/linux-x64"
readonly LIBRARIES_FILE="node-llama-cpp-linux-x64-$VERSION.tgz"
readonly LIBRARIES_SHA256="0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0"
readonly SOURCES="node-llama-cpp"
readonly SOURCES_FILE="node-llama-cpp-$VERSION.tgz"
readonly SOURCES_SHA256="a0d9dd80eacd2ab1cfe71aee57ac8a806487fd70b3d2a38fbec637752d9e5c5f"
readonly VOCABULARIES=(llama-spm gpt-2 llama-bpe)

packages=""
while (($# > 0)); do
  case "$1" in
    --packages)
      (($# >= 2)) || wb_die "--packages needs a folder"
      packages="$(cd "$2" && pwd)"
      shift 2
      ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/llama.sh [--packages FOLDER]" ;;
  esac
done

target="$(wb_llama_dir)"
if [[ -f "$target/complete" ]]; then
  printf '%s\n' "$target"
  exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
wb_install git
# One that is there already may come from elsewhere than Debian, and then the package does not go with it.
[[ -n "$packages" ]] || command -v npm >/dev/null || wb_install npm

# fetch NAME FILE SHA256: the package's file in $work, checked.
fetch() {
  local name="$1" file="$2" wanted="$3" found
  if [[ -n "$packages" ]]; then
    cp -- "$packages/$file" "$work/$file" || exit 1
  else
    wb_say "fetching $name $VERSION"
    if ! (cd "$work" && npm pack --silent "$name@$VERSION" >"$work/log" 2>&1 </dev/null); then
      tail -n 3 "$work/log" >&2
      printf 'error: llama.cpp cannot be fetched; with the packages at hand: deploy/llama.sh --packages FOLDER\n' >&2
      exit 1
    fi
  fi
  found="$(sha256sum -- "$work/$file" | cut -d' ' -f1)"
  if [[ "$found" != "$wanted" ]]; then
    printf 'error: %s is not the pinned package\n       expected SHA-256 %s\n       found            %s\n' "$file" "$wanted" "$found" >&2
    exit 4
  fi
}
fetch "$LIBRARIES" "$LIBRARIES_FILE" "$LIBRARIES_SHA256"
fetch "$SOURCES" "$SOURCES_FILE" "$SOURCES_SHA256"

mkdir -p "$work/libraries" "$work/sources" "$work/new/lib" "$work/new/include" "$work/new/vocab"
tar -xzf "$work/$LIBRARIES_FILE" -C "$work/libraries"
tar -xzf "$work/$SOURCES_FILE" -C "$work/sources" package/llama/gitRelease.bundle
git clone --quiet -c advice.detachedHead=false "$work/sources/package/llama/gitRelease.bundle" "$work/tree" 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}
# The libraries alone: not the add-on for another language.
cp -- "$work"/libraries/package/bins/linux-x64/lib{ggml,llama}*.so "$work/new/lib/"
rm -f "$work/new/lib/libllama-common.so"
cp -- "$work"/tree/include/llama.h "$work"/tree/ggml/include/{ggml,ggml-alloc,ggml-backend,ggml-cpu,ggml-opt,gguf}.h "$work/new/include/"
for name in "${VOCABULARIES[@]}"; do cp -- "$work/tree/models/ggml-vocab-$name.gguf" "$work/new/vocab/"; done
cp -- "$work/tree/LICENSE" "$work/new/LICENSE"
cp -- "$work/sources/package/llama/gitRelease.bundle" "$work/new/llama.bundle"
# What the engine was compiled against and what it opens must be of one making.
(cd "$work/new/include" && sha256sum -- *.h | sha256sum | cut -d' ' -f1) >"$work/new/ABI"
printf '#define WEIGHBRIDGE_LLAMA_ABI "%s"\n' "$(cat "$work/new/ABI")" >"$work/new/include/weighbridge_llama_abi.h"
touch "$work/new/complete"
mkdir -p "$(dirname "$target")"
rm -rf "$target"
# A rename in one file system is atomic: a second run never sees half of it.
mv -T "$work/new" "$target.new.$$" && mv -T "$target.new.$$" "$target"
wb_say "llama.cpp: libraries, headers and vocabularies in $target"
printf '%s\n' "$target"
