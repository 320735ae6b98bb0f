#!/usr/bin/env bash
# Fetches the licence pack: real licence texts for examples, two-sided diffs and the real-text tests.
#
# The pack is the wheel scancode-toolkit-mini, whose licence data (c) nexB Inc. and others is CC-BY-4.0; see NOTICE.md. It is
# pinned by version and SHA-256, unpacked into the user's cache folder, and never enters this project.
#
# Beside it lie the texts of the SPDX list (npm's spdx-license-list, CC0-1.0), pinned likewise, for what the pack lacks;
# without npm, a network or the pinned file the pack does without them, and the next run tries again.
#
# usage: deploy/licence-pack.sh [--wheel FILE] [--spdx FILE]     prints the folder of texts on stdout
# exit: 0 the pack is there, 1 it cannot be had (no network), 2 usage, 4 the wheel is not the pinned one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly WHEEL_SHA256="7ae5e7b46b8cdbab78afb50380ffc1239d296e81e154314a8c3382e678c664cf"
readonly SPDX_SHA256="54cc8d13086187333ca1457c8edaa06d9a412144f076aa7f7c1b59c4f3b0a1ef"
readonly SPDX_NAME="${WB_SPDX_LIST_NAME}-${WB_SPDX_LIST_VERSION}.tgz"
readonly SPDX_TEXTS=728
readonly WHEEL_NAME="scancode_toolkit_mini-${WB_LICENCE_PACK_VERSION}-cp311-none-any.whl"

given_wheel=""
given_spdx=""
while (($# > 0)); do
  case "$1" in
    --wheel)
      (($# >= 2)) || wb_die "--wheel needs a file"
      given_wheel="$2"
      shift 2
      ;;
    --spdx)
      (($# >= 2)) || wb_die "--spdx needs a file"
      given_spdx="$2"
      shift 2
      ;;
    -h | --help)
      sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/licence-pack.sh [--wheel FILE] [--spdx FILE]" ;;
  esac
done

target="$(wb_licence_pack_dir)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# The texts of the SPDX list, unless they are there. Nothing depends on them: whatever fails is said and no more.
fetch_spdx_list() {
  local folder file="$given_spdx"
  folder="$(wb_spdx_list_dir)"
  [[ ! -d "$folder" ]] || return 0
  if [[ -z "$file" ]]; then
    if ! command -v npm >/dev/null; then
      wb_say "without the SPDX list, which npm would fetch; with a copy at hand: deploy/licence-pack.sh --spdx FILE"
      return 0
    fi
    wb_say "fetching $WB_SPDX_LIST_NAME $WB_SPDX_LIST_VERSION (2.5 MB)"
    file="$work/$SPDX_NAME"
    if ! (cd "$work" && npm pack --silent --fetch-retries=0 "$WB_SPDX_LIST_NAME@$WB_SPDX_LIST_VERSION" >"$work/log" 2>&1 </dev/null); then
      tail -n 3 "$work/log" >&2
      wb_say "without the SPDX list, which cannot be fetched; with a copy at hand: deploy/licence-pack.sh --spdx FILE"
      return 0
    fi
  fi
  local found
  found="$(sha256sum -- "$file" | cut -d' ' -f1)" || return 0
  if [[ "$found" != "$SPDX_SHA256" ]]; then
    wb_say "without the SPDX list: $(basename "$file") is not the pinned one (expected SHA-256 $SPDX_SHA256, found $found)"
    return 0
  fi
  mkdir -p "$work/spdx"
  tar -xzf "$file" -C "$work/spdx" --no-same-owner --strip-components=2 package/licenses || return 0
  local texts
  texts="$(find "$work/spdx" -type f -name '*.json' | wc -l)"
  if ((texts != SPDX_TEXTS)); then
    wb_say "without the SPDX list: $texts texts in it, expected $SPDX_TEXTS"
    return 0
  fi
  mv -T "$work/spdx" "$folder.new.$$"
  if ! mv -T "$folder.new.$$" "$folder"; then
    rm -rf "$folder.new.$$" # another run was faster
    return 0
  fi
  wb_say "SPDX list: $texts texts in $folder (CC0-1.0, see NOTICE.md)"
}

if [[ -f "$target/complete" ]]; then
  fetch_spdx_list
  printf '%s\n' "$target/texts"
  exit 0
fi

if [[ -n "$given_wheel" ]]; then
  [[ -f "$given_wheel" ]] || wb_die "no such file: $given_wheel"
  wheel="$given_wheel"
else
  wb_install python3 python3-pip
  wb_say "fetching $WB_LICENCE_PACK_NAME $WB_LICENCE_PACK_VERSION (126 MB)"
  if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
    --dest "$work" "$WB_LICENCE_PACK_NAME==$WB_LICENCE_PACK_VERSION" >"$work/log" 2>&1 </dev/null; then
    tail -n 3 "$work/log" >&2
    printf 'error: the licence pack cannot be fetched; with a copy at hand: deploy/licence-pack.sh --wheel FILE\n' >&2
    exit 1
  fi
  wheel="$work/$WHEEL_NAME"
fi

found="$(sha256sum -- "$wheel" | cut -d' ' -f1)"
if [[ "$found" != "$WHEEL_SHA256" ]]; then
  printf 'error: %s is not the pinned licence pack\n       expected SHA-256 %s\n       found            %s\n' \
    "$(basename "$wheel")" "$WHEEL_SHA256" "$found" >&2
  exit 4
fi

wb_install python3
mkdir -p "$(dirname "$target")"
python3 - "$wheel" "$work/pack" <<'PY'
import pathlib, sys, zipfile

prefix, suffix = "licensedcode/data/licenses/", ".LICENSE"
texts = pathlib.Path(sys.argv[2], "texts")
texts.mkdir(parents=True)
count = 0
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in sorted(wheel.namelist()):
        key = name[len(prefix):]
        if name.startswith(prefix) and name.endswith(suffix) and "/" not in key:
            (texts / key).write_bytes(wheel.read(name))
            count += 1
if count != 2615:
    sys.exit(f"error: {count} texts in the pack, expected 2615")
PY
cp -- "$wheel" "$work/pack/$WHEEL_NAME"
touch "$work/pack/complete"
rm -rf "$target"
# A rename in one file system is atomic: a second run never sees half a pack.
mv -T "$work/pack" "$target.new.$$" && mv -T "$target.new.$$" "$target"
wb_say "licence pack: 2615 texts in $target/texts (data CC-BY-4.0, see NOTICE.md)"
fetch_spdx_list
printf '%s\n' "$target/texts"
