#!/usr/bin/env bash
# The classifier's bars, and other programs over the same files. Installs licensecheck (Debian) and ScanCode (into a folder of its
# own under the user's cache).
#
# usage: tests/bench/classifier/run.sh [--check]     --check: exit 1 if a bar of ours is missed
# Needs WEIGHBRIDGE_CORPUS (default ../shared/corpus); the licence pack is fetched if it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

corpus="${WEIGHBRIDGE_CORPUS:-../shared/corpus}"
[[ -d "$corpus" ]] || wb_die "no corpus: $corpus" "set WEIGHBRIDGE_CORPUS"
WEIGHBRIDGE_CORPUS="$(cd "$corpus" && pwd)"
WEIGHBRIDGE_LICENCE_PACK="${WEIGHBRIDGE_LICENCE_PACK:-$(deploy/licence-pack.sh)}"
export WEIGHBRIDGE_CORPUS WEIGHBRIDGE_LICENCE_PACK

wb_install "${WB_BUILD_PACKAGES[@]}"
wb_bazel build //tests/bench/classifier:classifier_bench >&2
status=0
bazel-bin/tests/bench/classifier/classifier_bench "$@" || status=$?

# licensecheck is slower by eight without RE2 for Perl, which Debian recommends beside it.
wb_install licensecheck libre-engine-re2-perl python3 python3-venv
peers="${XDG_CACHE_HOME:-$HOME/.cache}/weighbridge/scancode-$WB_LICENCE_PACK_VERSION"
if [[ ! -x "$peers/bin/scancode" ]]; then
  python3 -m venv "$peers"
  "$peers/bin/pip" install --quiet --disable-pip-version-check "$WB_LICENCE_PACK_NAME==$WB_LICENCE_PACK_VERSION" \
    "pluggy<1.4" >&2 # its plugins do not load with later ones
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
bazel-bin/tests/bench/classifier/classifier_bench --peers "$work"
"$peers/bin/python" tests/bench/classifier/peers.py "$work" "$WEIGHBRIDGE_CORPUS/ALIASES.tsv"
exit "$status"
