#!/usr/bin/env bash
# From a fresh Debian 12 to decisions: installs what is missing, builds, composes example models, gates them, and asks a server.
#
# usage: deploy/quickstart.sh [--examples FOLDER]     default: the examples folder in the user's cache; remade at each run
# Runs as root or with sudo that asks nothing. A second run takes seconds. Without a network for the licence pack it says which
# examples it leaves out.
# exit: 0 every example got the decision it should get, 1 one did not, 2 something cannot be had, 4 a fetched file is not the pinned one
set -euo pipefail
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

examples="$(wb_cache_dir)/examples"
while (($# > 0)); do
  case "$1" in
    --examples)
      (($# >= 2)) || wb_die "--examples needs a folder"
      examples="$2"
      [[ "$examples" == /* ]] || examples="$started_in/$examples"
      shift 2
      ;;
    -h | --help)
      sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/quickstart.sh [--examples FOLDER]" ;;
  esac
done

# ---- install, build ------------------------------------------------------------------------------------------------------

wb_install "${WB_BUILD_PACKAGES[@]}"
wb_check_bazel

llama_status=0
llama="$(deploy/llama.sh)" || llama_status=$?
case "$llama_status" in
  0) wb_use_llama "$llama" ;;
  4) exit 4 ;; # what was fetched is not what was pinned: no reason to go on
  *) wb_say "going on without the inference library: the part that runs a model is left out" ;;
esac

wb_say "building (the first time: about 9 minutes on two cores)"
wb_bazel build "${WB_PROGRAMS[@]##* }" >&2 </dev/null ||
  wb_die "the build failed" "the lines above say why; it needs about 2 GB of memory and 2 GB of disk" \
    "to see it alone: bazel build //services/..."
weighbridge="$(pwd)/bazel-bin/services/cli/weighbridge"
weighbridged="$(pwd)/bazel-bin/services/daemon/weighbridged"
registry="$(pwd)/bazel-bin/services/clients/cpp/registry_lookup"
engine="$(pwd)/bazel-bin/services/engine/server/weighbridge-engine"
for program in "$weighbridge" "$weighbridged" "$registry" "$engine"; do
  [[ -x "$program" ]] || wb_die "no program at $program after the build" "is bazel-bin a link that cannot be replaced?"
done

# ---- compose -------------------------------------------------------------------------------------------------------------

compose=(deploy/examples/compose.sh)
pack_status=0
pack="$(deploy/licence-pack.sh)" || pack_status=$?
case "$pack_status" in
  0) compose+=(--texts "$pack") ;;
  4) exit 4 ;; # what was fetched is not what was pinned: no reason to go on
  *) wb_say "going on without the licence pack: examples that need a real licence text are left out" ;;
esac

wb_say "composing example models in $examples"
left_out="$("${compose[@]}" "$examples")"
table="$(pwd)/deploy/examples/examples.tsv"
maker="$(pwd)/deploy/make-example-model"
cd -- "$examples"
# The examples keep their own database: a trial leaves no trace in the user's.
export XDG_DATA_HOME="$PWD/data"
export NO_COLOR=1

# ---- gate ----------------------------------------------------------------------------------------------------------------

# gate MODEL PROFILE DECISION EXIT [OPTION]...: runs the gate into ./result.txt; false if decision or exit code is not as given.
gate() {
  local status=0
  "$weighbridge" gate "$1" --profile "profiles/$2" "${@:5}" --quiet >result.txt 2>errors.txt </dev/null || status=$?
  local decision=""
  read -r decision _ <result.txt || true
  if [[ "$decision" == "$3" && "$status" == "$4" ]]; then return 0; fi
  printf 'error: expected %s with exit code %s, got %s with exit code %s\n' "$3" "$4" "${decision:-no decision}" "$status" >&2
  cat errors.txt >&2
  return 1
}

# The verdict and the first reason, or, where nothing speaks against it, the first duties.
outline() {
  awk '
    NR == 1 { print; next }
    /^$/ { next }
    /^[A-Z]/ {
      limit = 0
      items = 0
      if ($1 == "Why") limit = reasons = 1
      if ($1 == "Duties" && !reasons) { limit = 3; print }
      next
    }
    /^  [-+!x] / { items++ }
    limit && items <= limit
    limit && items == limit + 1 && /^  [-+!x] / { print "  ..." }
  ' "$1"
}

wrong=()
shown=0
first=1
while IFS=$'\t' read -r model profile decision code options comment; do
  [[ "$model" != "#"* && -e "$model" ]] || continue
  more=()
  [[ "$options" == - ]] || read -r -a more <<<"$options"
  printf '\n# %s\n$ weighbridge gate %s --profile profiles/%s%s\n' "$comment" "$model" "$profile" "${more[*]:+ ${more[*]}}"
  gate "$model" "$profile" "$decision" "$code" "${more[@]}" || wrong+=("$model with $profile")
  if ((first)); then
    cat result.txt
    first=0
  else
    outline result.txt
  fi
  shown=$((shown + 1))
done <"$table"

printf '\n# What was decided can be evaluated again from what is stored, to the same bytes\n'
audit="$("$weighbridge" log list 2>errors.txt | awk 'NR == 1 { print $1 }')" || true
if [[ -n "$audit" ]]; then
  printf '$ weighbridge log replay %s\n' "$audit"
  "$weighbridge" log replay "$audit" || wrong+=("log replay $audit")
else
  cat errors.txt >&2
  wrong+=("log list: it names no audit")
fi

# ---- every other licence ------------------------------------------------------------------------------------------------

if [[ -n "$pack" ]]; then
  printf '\n# Licences without facts of their own are learned from the licence pack, and known by text and category\n'
  build=(rules build-index "$pack" -o licences.index)
  if [[ -d "$(wb_spdx_list_dir)" ]]; then build+=(--spdx "$(wb_spdx_list_dir)"); fi
  printf '$ weighbridge %s\n' "${build[*]}"
  rm -f licences.index
  "$weighbridge" "${build[@]}" || wrong+=("rules build-index")
  printf '\n$ weighbridge classify %s --index licences.index\n' "$pack/curl.LICENSE"
  "$weighbridge" classify "$pack/curl.LICENSE" --index licences.index || wrong+=("classify of a licence of the pack")
fi

# ---- the same from a server ----------------------------------------------------------------------------------------------

server_pid=""
stop_server() {
  [[ -n "$server_pid" ]] || return 0
  kill -TERM "$server_pid" 2>/dev/null || true
  local status=0
  wait "$server_pid" || status=$?
  server_pid=""
  return "$status"
}
trap 'stop_server || true' EXIT

served=sharded
[[ ! -d llama-3.1-8b ]] || served="llama-3.1-8b"
printf '\n# The same decisions by gRPC: a server with its own database, on a port of this machine\n'
printf '$ weighbridged --listen 127.0.0.1:0 --db server.db --create-db --scan-root . &\n'
rm -f server.db* server.out
mkfifo server.out
"$weighbridged" --listen 127.0.0.1:0 --db server.db --create-db --scan-root . >server.out 2>server.log </dev/null &
server_pid=$!
exec 3<server.out # held open: the server's stdout has a reader until the end
listening=""
read -r -t 60 listening <&3 || true
printf '%s\n' "$listening"
server="${listening#listening on }"
if [[ -z "$listening" ]]; then
  cat server.log >&2
  wrong+=("weighbridged: it does not say where it listens")
else
  printf '\n$ weighbridge gate %s --profile profiles/startup.yaml --server %s --report html=%s.html\n' "$served" "$server" "$served"
  gate "$served" startup.yaml APPROVED_WITH_CONDITIONS 0 --server "$server" --report "html=$served.html" || wrong+=("$served by the server")
  outline result.txt
  digest="$(sha256sum "$served"/model*.safetensors | awk 'NR == 1 { print $1 }')"
  printf '\n$ weighbridge-registry --server %s %s\n' "$server" "$digest"
  "$registry" --server "$server" "$digest" || wrong+=("look-up of a digest that the server gated")
  if [[ -s "$served.html" ]]; then
    printf '\nThe report for counsel, one page that needs nothing else: file://%s/%s.html\n' "$PWD" "$served"
  else
    wrong+=("HTML report")
  fi
fi
exec 3<&-
stop_server || wrong+=("weighbridged: it does not end with 0 when asked to stop (server.log)")
rm -f server.out

# ---- approve and run -----------------------------------------------------------------------------------------------------

# chain EXIT ARGUMENT...: shows and runs a command of the chain; its exit code must be EXIT.
chain() {
  local status=0 wanted="$1"
  shift
  printf '\n$ weighbridge'
  # As one would type it.
  printf ' %q' "$@"
  printf '\n'
  "$weighbridge" "$@" </dev/null 2>&1 || status=$?
  printf '(exit code %s)\n' "$status"
  [[ "$status" == "$wanted" ]] || wrong+=("weighbridge $1: exit code $status instead of $wanted")
}

if [[ -n "$llama" ]]; then
  printf '\n# The whole chain: an engine that loads what was approved, and nothing else\n'
  rm -rf tiny-llama tiny-llama-changed tiny-llama.approval.json
  make=("$maker" tiny-llama --vocab "$llama/vocab/ggml-vocab-llama-spm.gguf")
  [[ -z "$pack" ]] || make+=(--licence-text "$pack/apache-2.0.LICENSE")
  "${make[@]}" >/dev/null
  # Without the text the licence is named by the card alone: a duty to obtain it, and no more.
  chain 1 run tiny-llama -p "Once upon a time" -n 24 --seed 7
  printf '\n$ weighbridge gate tiny-llama --profile profiles/startup.yaml\n'
  status=0
  "$weighbridge" gate tiny-llama --profile profiles/startup.yaml --quiet >result.txt 2>errors.txt </dev/null || status=$?
  head -n 1 result.txt
  [[ "$status" == 0 ]] || wrong+=("tiny-llama: gate exit code $status")
  chain 0 approve tiny-llama --profile profiles/startup.yaml --by "Ada Example" --reason "to show the chain" --expires 90d -o tiny-llama.approval.json
  chain 0 verify tiny-llama --approval tiny-llama.approval.json
  chain 0 run tiny-llama -p "Once upon a time" -n 24 --seed 7
  printf '\n# One byte of the weights is changed\n'
  cp -r tiny-llama tiny-llama-changed
  printf 'x' | dd of=tiny-llama-changed/model.gguf bs=1 seek=5000000 conv=notrunc status=none
  chain 4 run tiny-llama-changed --approval tiny-llama.approval.json -p "Once upon a time" -n 24
  printf '\n# The approval is taken back\n'
  approval="$("$weighbridge" approvals list --standing --format json | sed -n '1s/.*"approval_id":"\([0-9a-f]*\)".*/\1/p')"
  chain 0 revoke "${approval:0:12}" --by "Ada Example" --reason "shown"
  chain 1 run tiny-llama -p "Once upon a time" -n 24
  printf '\n# Each step is an event\n'
  chain 0 log tail -n 8
fi

# ---- what now ------------------------------------------------------------------------------------------------------------

if [[ -n "$left_out" ]]; then
  printf '\nLeft out, because the licence pack with real texts could not be fetched:\n'
  while IFS=$'\t' read -r model key; do printf '  %-22s needs the text %s\n' "$model" "$key"; done <<<"$left_out"
  printf 'With a network: deploy/licence-pack.sh; with a copy of the wheel: deploy/licence-pack.sh --wheel FILE\n'
fi
cat <<END

Examples and profiles lie in $examples
The program is $weighbridge
Next: cd to the examples, edit a profile, and gate again; then a model of yours:
  export PATH="$(dirname "$weighbridge"):\$PATH"
  weighbridge gate /path/to/model --profile profiles/startup.yaml
  weighbridge gate llama-3.1-tag-only --profile profiles/giant.yaml --format json
  weighbridge explain term.threshold
  weighbridge licenses llama3.1
README.md has a tour. Nothing here is legal advice.
END

if ((${#wrong[@]} > 0)); then
  printf '\n%d of %d examples did not go as they should:\n' "${#wrong[@]}" "$shown" >&2
  printf '  %s\n' "${wrong[@]}" >&2
  printf 'This is a fault of Weighbridge or of this checkout; see git status, and report it.\n' >&2
  exit 1
fi
printf '\n%d examples gated, each with the decision it should get\n' "$shown"
