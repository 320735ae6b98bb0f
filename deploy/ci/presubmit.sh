#!/usr/bin/env bash
# What a change must pass, the same for people and for CI: mends what a tool can mend, and fails if there was anything to mend.
#
# usage: deploy/ci/presubmit.sh [--check] [PART...]
#   --check   changes no file; prints what it would change
#   PART      format shell spelling textproto includes documents law strict tests (default: all, in this order)
# Installs the tools that it needs. `law` and `strict` (clang) use an output folder of their own (WEIGHBRIDGE_PRESUBMIT_DIR,
# default in the user's cache), so that the ordinary build stays warm.
# exit: 0 all parts passed, 1 one did not, 2 usage, or a tool cannot be had
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly ALL_PARTS=(format shell spelling textproto includes documents law strict tests)
readonly LINT_PACKAGES=(clang clang-format codespell git protobuf-compiler shellcheck shfmt)

check_only=0
parts=()
while (($# > 0)); do
  case "$1" in
    --check) check_only=1 ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    -*) wb_die "unknown option $1" "usage: deploy/ci/presubmit.sh [--check] [PART...]" ;;
    *)
      [[ " ${ALL_PARTS[*]} " == *" $1 "* ]] || wb_die "unknown part $1" "parts: ${ALL_PARTS[*]}"
      parts+=("$1")
      ;;
  esac
  shift
done
((${#parts[@]} > 0)) || parts=("${ALL_PARTS[@]}")

# Files of the project whose names match the patterns: tracked, or new and not ignored.
files() { git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while IFS= read -r file; do
  [[ ! -f "$file" ]] || printf '%s\n' "$file"
done; }

scripts() {
  files '*.sh'
  files | while IFS= read -r file; do
    [[ "$file" == *.sh ]] || ! head -c 64 -- "$file" | head -n 1 | grep -aq '^#!.*\bbash$' || printf '%s\n' "$file"
  done
}

# rewrite FILE COMMAND...: replaces the file by what the command makes of it on stdin; false if that is another content.
rewrite() {
  local file="$1" made="$scratch/made"
  shift
  "$@" <"$file" >"$made" || return 1
  if cmp -s "$file" "$made"; then return 0; fi
  if ((check_only)); then
    diff -u --label "$file" --label "$file, formatted" "$file" "$made" || true
  else
    cat "$made" >"$file"
    printf 'formatted %s\n' "$file"
  fi
  return 1
}

part_format() {
  local ok=0 file
  while IFS= read -r file; do
    rewrite "$file" clang-format --assume-filename="$file" || ok=1
  done < <(files '*.cc' '*.h')
  return "$ok"
}

part_shell() {
  local ok=0 file
  local all
  mapfile -t all < <(scripts)
  shellcheck --external-sources -- "${all[@]}" || ok=1
  for file in "${all[@]}"; do
    rewrite "$file" shfmt -i 2 -ci || ok=1
  done
  return "$ok"
}

part_spelling() {
  local all
  # Tests misspell on purpose.
  mapfile -t all < <(files ':!*.tokens' ':!*_test.cc')
  codespell --ignore-words deploy/ci/codespell-ignore.txt -- "${all[@]}"
}

# Every rule file against the schema that its first lines name.
part_textproto() {
  local ok=0 file schema message
  while IFS= read -r file; do
    schema="$(sed -n 's/^# proto-file: *//p;10q' "$file" | head -n 1)"
    message="$(sed -n 's/^# proto-message: *//p;10q' "$file" | head -n 1)"
    if [[ -z "$schema" || -z "$message" ]]; then
      printf '%s: its first lines name no "# proto-file:" and "# proto-message:"\n' "$file"
      ok=1
    elif ! protoc -I. --encode="$message" "$schema" <"$file" >/dev/null 2>"$scratch/errors"; then
      sed "s|^input|$file|" "$scratch/errors"
      ok=1
    fi
  done < <(files '*.textproto')
  return "$ok"
}

# A foreign header stands in its owner's folder only.
part_includes() {
  local ok=0 rule header owners found
  local rules=(
    'openssl/ services/crypto'
    'sqlite3(ext)?\.h db/sqlite|tests/fault'
    're2/ services/classify|tests/bench/classifier'
    'yaml-cpp/ services/formats/yaml'
    'CLI/ services/(cli|daemon|clients|engine/server)'
    'archive(_entry)?\.h services/source'
    'grpc services/(daemon|clients|engine/server|cli/remote_grpc|cli/run_engine)|tests'
    '(llama|gguf)\.h services/engine/llama'
    'prometheus/ services/daemon'
    '(simdjson|nlohmann/) nobody'
  )
  for rule in "${rules[@]}"; do
    header="${rule% *}"
    owners="${rule##* }"
    found="$(files '*.cc' '*.h' | xargs -d '\n' grep -nE "^ *# *include *[<\"]$header" -- /dev/null |
      grep -vE "^($owners)(/|[.]cc:)" || true)"
    if [[ -n "$found" ]]; then
      printf 'only in %s:\n%s\n' "$owners" "$found"
      ok=1
    fi
  done
  return "$ok"
}

# Every folder that builds something says what it is, and no link in a document points at nothing.
part_documents() {
  local ok=0 folder file link
  while IFS= read -r folder; do
    while [[ "$folder" != "." && ! -f "$folder/README.md" ]]; do
      case "$folder" in
        # One README for the folders below each of these.
        db/* | proto/* | rules/* | tests/support | deploy/bazel/*) folder="$(dirname "$folder")" ;;
        *)
          printf '%s: no README.md\n' "$folder"
          ok=1
          break
          ;;
      esac
    done
  done < <(files '*BUILD' | xargs -d '\n' -n 1 dirname | sort -u)
  while IFS= read -r file; do
    # shellcheck disable=SC2016  # what is between fences is no link
    while IFS= read -r link; do
      link="${link%%#*}"
      if [[ -n "$link" && "$link" != *://* && ! -e "$(dirname "$file")/$link" ]]; then
        printf '%s: link to %s, which is not there\n' "$file" "$link"
        ok=1
      fi
    done < <(sed '/^```/,/^```/d' "$file" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
  done < <(files '*.md')
  return "$ok"
}

# Bazel in the presubmit's own output folder.
presubmit_bazel() { bazel --output_base="$output_base" "$@" </dev/null; }

# law FROM TO: no library of FROM reaches one of TO. A path, if there is one, is printed.
law() {
  local path
  path="$(presubmit_bazel query "somepath(attr(testonly, 0, kind(cc_library, $1)), $2)" 2>"$scratch/errors")" || {
    cat "$scratch/errors"
    return 1
  }
  [[ -n "$path" ]] || return 0
  printf '%s must not reach %s:\n%s\n' "$1" "$2" "$path"
  return 1
}

part_law() {
  local ok=0 package
  # No effect can be had from here: no file, database, command line.
  local effects='//db/... + //services/source/... + //services/auditor/... + //services/cli/... + //services/daemon/...'
  effects+=' + //services/clients/... + //:sqlite3 + //:cli11 + //:grpc'
  for package in approval base crypto types formats classify policy profile provenance report rulebook; do
    law "//services/$package/..." "$effects" || ok=1
  done
  # Parsers and the classifier know no message of ours; storage knows no domain.
  law '//services/formats/... + //services/classify/... + //services/source/... + //db/...' '//proto/... + //:protobuf' || ok=1
  law '//services/policy/... + //services/report/...' \
    '//services/formats/... + //services/classify/... + //services/provenance/... + //services/rulebook/...' || ok=1
  law '//services/classify/...' '//services/formats/... + //services/rulebook/... + //services/policy/...' || ok=1
  law '//db/...' '//services/... - //services/base/... - //services/crypto/...' || ok=1
  # Nothing stands on the edges, and what decides knows no transport.
  law '//services/... - //services/cli/...' '//services/cli/...' || ok=1
  law '//services/... - //services/daemon/...' '//services/daemon/...' || ok=1
  law '//services/... + //db/... - //services/daemon/... - //services/clients/... - //services/cli/... - //services/engine/server/...' \
    '//:grpc' || ok=1
  # What is shipped loads models with nothing but the real library, and the gate's use cases do not know the engine.
  law '//services/engine/server:weighbridge-engine + //services/cli:program' '//services/engine/fake/...' || ok=1
  law '//services/auditor/... + //services/daemon/...' '//services/engine/...' || ok=1
  law '//services/cli:program + //services/cli:remote_exec' '//:grpc' || ok=1
  return "$ok"
}

part_strict() {
  presubmit_bazel query 'kind("cc_(library|binary|test)", //services/... + //db/... + //proto/... + //tests/...)' \
    >"$scratch/targets" 2>"$scratch/errors" || {
    cat "$scratch/errors"
    return 1
  }
  presubmit_bazel build --config=strict --keep_going --experimental_convenience_symlinks=ignore \
    --color=no --curses=no --noshow_progress --show_result=0 --target_pattern_file="$scratch/targets"
}

part_tests() { tests/run.sh; }

output_base="${WEIGHBRIDGE_PRESUBMIT_DIR:-$(wb_cache_dir)/presubmit}"
mkdir -p "$output_base" || wb_die "cannot make the folder $output_base" "set WEIGHBRIDGE_PRESUBMIT_DIR to another one"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
wb_install "${LINT_PACKAGES[@]}" "${WB_BUILD_PACKAGES[@]}"

failed=()
for part in "${parts[@]}"; do
  wb_say "$part"
  "part_$part" || failed+=("$part")
done
if ((${#failed[@]} > 0)); then
  printf 'presubmit: failed: %s\n' "${failed[*]}"
  exit 1
fi
printf 'presubmit: passed: %s\n' "${parts[*]}"
