#!/usr/bin/env bash
# Installs what is missing, builds everything, runs all tests and counts them.
#
# usage: tests/run.sh [--release]     --release runs the long forms of the fuzz, crash and million-case suites
# At the end the packages are made and used in an empty Debian 12 (deploy/install-test.sh); with --release that is no longer optional.
# Last line: `N passed, M failed`, counting GoogleTest cases. Exit 0 only if all passed.
#
# Real texts: the licence pack is fetched (deploy/licence-pack.sh); WEIGHBRIDGE_CORPUS names a folder with further real texts
# and artefacts (default ../shared/corpus). Formats are checked with programs of others (deploy/validators.sh). What is missing
# is named, and the tests that need it report themselves as skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

flags=()
release=0
case "${1:-}" in
  "") ;;
  --release)
    release=1
    flags+=(--test_env=WEIGHBRIDGE_RELEASE=1 --test_timeout=21600)
    ;;
  -h | --help)
    sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  *) wb_die "unknown argument $1" "usage: tests/run.sh [--release]" ;;
esac

wb_install "${WB_BUILD_PACKAGES[@]}"

left_out=()
llama_status=0
llama="$(deploy/llama.sh)" || llama_status=$?
case "$llama_status" in
  0) wb_use_llama "$llama" ;;
  1 | 2) left_out+=("inference library: cannot be fetched, so the tests that run a real model are skipped") ;;
  *) exit "$llama_status" ;;
esac
pack_status=0
pack="$(deploy/licence-pack.sh)" || pack_status=$?
case "$pack_status" in
  0) export WEIGHBRIDGE_LICENCE_PACK="$pack" ;;
  1)
    unset WEIGHBRIDGE_LICENCE_PACK
    left_out+=("licence pack: cannot be fetched, so the tests over its 2,615 texts are skipped")
    ;;
  *) exit "$pack_status" ;; # a pack that is not the pinned one is no reason to go on without
esac
validators_status=0
validators="$(deploy/validators.sh)" || validators_status=$?
case "$validators_status" in
  0) export WEIGHBRIDGE_VALIDATORS="$validators" ;;
  1 | 2)
    unset WEIGHBRIDGE_VALIDATORS
    left_out+=("validators: cannot be fetched, so the tests that check formats with programs of others are skipped")
    ;;
  *) exit "$validators_status" ;;
esac
corpus="${WEIGHBRIDGE_CORPUS:-../shared/corpus}"
if [[ -d "$corpus" ]]; then
  WEIGHBRIDGE_CORPUS="$(cd "$corpus" && pwd)"
  export WEIGHBRIDGE_CORPUS
else
  unset WEIGHBRIDGE_CORPUS
  left_out+=("corpus: no folder $corpus, so the tests over its texts and artefacts are skipped")
fi

wb_say "building and testing (two cores: about 10 minutes the first time)"
status=0
wb_bazel test --keep_going --test_summary=short "${flags[@]}" //... >&2 </dev/null || status=$?

wb_say "installing the packages into an empty Debian 12"
installed=0
deploy/install-test.sh >&2 </dev/null || installed=$?
if ((installed == 2 && !release)); then
  left_out+=("install test: cannot be tried here, see above")
elif ((installed != 0)); then
  printf 'failed: deploy/install-test.sh\n'
  status=$installed
fi

for line in "${left_out[@]}"; do printf 'left out: %s\n' "$line"; done
count=0
bazel query --noshow_progress 'tests(//...)' 2>/dev/null |
  python3 tests/count_cases.py "$(bazel info bazel-testlogs 2>/dev/null)" || count=$?
# Bazel's own status stands too: a target that does not build has no case that could fail.
if ((status != 0)); then exit "$status"; fi
exit "$count"
