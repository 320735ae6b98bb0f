#!/usr/bin/env bash
# All benchmarks in one go: hashing and memory, gate from start to exit, classifier. Ratios of interleaved runs.
#
# usage: tests/bench/run.sh [--release] [--check]     --release: files of 4 GiB instead of 1; --check: a missed bar is exit 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

hash_flags=()
check=()
for argument in "$@"; do
  case "$argument" in
    --release) hash_flags+=(--release) ;;
    --check) check=(--check) ;;
    *) wb_die "unknown argument $argument" "usage: tests/bench/run.sh [--release] [--check]" ;;
  esac
done
wb_install "${WB_BUILD_PACKAGES[@]}"
if [[ -z "${WEIGHBRIDGE_CORPUS:-}" && -d ../shared/corpus ]]; then
  WEIGHBRIDGE_CORPUS="$(cd ../shared/corpus && pwd)"
  export WEIGHBRIDGE_CORPUS
fi
wb_bazel build //tests/bench:hash_bench //tests/bench:gate_bench //services/cli:weighbridge //services/classify:classifier_benchmark >&2

status=0
printf 'machine: %s, %s cores\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)"
printf '\n== hashing: ratios to openssl dgst\n'
bazel-bin/tests/bench/hash_bench "${hash_flags[@]}" "${check[@]}" || status=$?
printf '\n== gate: start to exit\n'
bazel-bin/tests/bench/gate_bench bazel-bin/services/cli/weighbridge "${check[@]}" || status=$?
printf '\n== classifier: pristine and edited texts apart\n'
bazel-bin/services/classify/classifier_benchmark --benchmark_min_time=0.5 2>/dev/null || status=$?
exit "$status"
