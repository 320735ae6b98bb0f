#!/usr/bin/env bash
# Gates the models of a change in a pipeline, and fails closed: only exit code 0 means that every model may be used.
#
# usage: gate.sh --package TARBALL --sha256 HEX | --program FILE
#                --change FOLDER --models FOLDER --profile FILE [--policy FILE] --out FOLDER [--reports "NAME..."]
#   --package   the tarball of Weighbridge, used only if its SHA-256 is HEX; or --program, one that is installed already
#   --change    checkout of the change under test; nothing in it is run, and nothing but the models is read
#   --models    folder in it; each folder directly below is one model, named with letters, digits, dot, dash and underscore
#   --profile   own facts, --policy rules of the organisation: from the protected branch, so never below --change
#   --out       for reports; made, or empty; not below --change: MODEL.sarif, MODEL.junit.xml, MODEL.md, MODEL.html, summary.md
#   --reports   of sarif, junit, markdown, html (default: all four; "none": only the exit code)
# exit: 0 every model is approved; otherwise the first that occurs of 130 interrupted, 2 usage or configuration, 4 integrity (also a
#   package that is not the one), 3 undecided (also: no model, a crash, a report that was not written), 1 denied, 5 needs review
set -euo pipefail
export LC_ALL=C

fail() {
  local code="$1"
  shift
  printf 'error: %s\n' "$@" >&2
  exit "$code"
}
trap 'exit 130' INT TERM
# Whatever goes wrong where nothing else is said: undecided, and never a code that something else could take for a decision.
trap 'fail 3 "gate.sh stopped at line $LINENO; nothing was decided"' ERR

declare -A given=()
while (($# > 0)); do
  case "$1" in
    --package | --sha256 | --program | --change | --models | --profile | --policy | --out | --reports)
      (($# >= 2)) || fail 2 "$1 needs a value"
      [[ -n "$2" ]] || fail 2 "$1 is empty: is a variable not set?"
      [[ -z "${given[$1]:-}" ]] || fail 2 "$1 is given twice"
      given[$1]="$2"
      shift 2
      ;;
    -h | --help)
      sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) fail 2 "unknown argument $1" ;;
  esac
done
for name in --change --models --profile --out; do
  [[ -n "${given[$name]:-}" ]] || fail 2 "$name is missing"
done

# resolved NAME: the file or folder that the option names, with all links followed.
resolved() { realpath -e -- "${given[$1]}" 2>/dev/null || fail 2 "$1 ${given[$1]}: not there, or a link that leads nowhere"; }
below() { [[ "$1" == "$2" || "$1" == "${2%/}/"* ]]; }

change="$(resolved --change)" || exit
models="$(resolved --models)" || exit
[[ -d "$change" ]] || fail 2 "--change $change is no folder"
[[ -d "$models" ]] || fail 2 "--models $models is no folder"
below "$models" "$change" || fail 2 "--models $models does not lie in the change"

trusted_file() {
  local path
  path="$(resolved "$1")" || exit
  [[ -f "$path" ]] || fail 2 "$1 $path is no file"
  ! below "$path" "$change" || fail 2 "$1 $path lies in the change under test" "take it from the protected branch"
  printf '%s\n' "$path"
}
profile="$(trusted_file --profile)" || exit
options=(--profile "$profile" --no-record --quiet)
if [[ -n "${given[--policy]:-}" ]]; then
  policy="$(trusted_file --policy)" || exit
  options+=(--policy "$policy")
fi

out="$(realpath -m -- "${given[--out]}")"
! below "$out" "$change" || fail 2 "--out $out lies in the change under test"
mkdir -p -- "$out" || fail 2 "cannot make the folder --out $out"
# Reports of an earlier run would be taken for those of this one.
[[ -z "$(ls -A -- "$out")" ]] || fail 2 "--out $out is not empty"

declare -A endings=([sarif]=sarif [junit]=junit.xml [markdown]=md [html]=html)
reports="${given[--reports]:-sarif junit markdown html}"
if [[ "$reports" == none ]]; then reports=""; fi
for report in $reports; do
  [[ -n "${endings[$report]:-}" ]] || fail 2 "--reports: $report is none of ${!endings[*]}"
done

# ---- the program ---------------------------------------------------------------------------------------------------------

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
if [[ -n "${given[--program]:-}" ]]; then
  [[ -z "${given[--package]:-}${given[--sha256]:-}" ]] || fail 2 "give --program, or --package and --sha256"
  program="$(trusted_file --program)" || exit
else
  [[ -n "${given[--package]:-}" ]] || fail 2 "--package or --program is missing"
  [[ "${given[--sha256]:-}" =~ ^[0-9a-f]{64}$ ]] || fail 2 "--package needs --sha256 with 64 hexadecimal digits in lower case"
  # What is unpacked is the very copy that was measured.
  package="$(trusted_file --package)" || exit
  cp -- "$package" "$scratch/package.tar.gz" || fail 2 "--package ${given[--package]} cannot be read"
  found="$(sha256sum <"$scratch/package.tar.gz")"
  [[ "${found%% *}" == "${given[--sha256]}" ]] ||
    fail 4 "${given[--package]} is not the pinned package: its SHA-256 is ${found%% *}, not ${given[--sha256]}"
  mkdir "$scratch/package"
  tar --extract --gzip --no-same-owner --strip-components=1 --directory "$scratch/package" --file "$scratch/package.tar.gz" ||
    fail 2 "the package cannot be unpacked"
  program="$scratch/package/bin/weighbridge"
fi
[[ -f "$program" && -x "$program" ]] || fail 2 "no program $program"
"$program" --version >&2 || fail 2 "$program does not start"

# ---- models --------------------------------------------------------------------------------------------------------------

names=()
while IFS= read -r -d '' entry; do
  case "${entry##*/}" in
    README.md | .gitattributes | .gitignore | .gitkeep)
      if [[ -f "$entry" && ! -L "$entry" ]]; then continue; fi
      ;;
  esac
  [[ "${entry##*/}" =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || fail 2 "a name in --models that cannot stand in a report: $(printf '%q' "${entry##*/}")"
  # A file beside the models would pass unseen, and a link can point at what is no part of the change.
  [[ -d "$entry" && ! -L "$entry" ]] || fail 2 "--models: ${entry##*/} is no folder; each model lies in a folder of its own"
  names+=("${entry##*/}")
done < <(find "$models" -mindepth 1 -maxdepth 1 -print0 | sort -z)
((${#names[@]} > 0)) || fail 3 "no model below $models"

declare -A seen=()
summary=""
for name in "${names[@]}"; do
  arguments=()
  for report in $reports; do arguments+=(--report "$report=$out/$name.${endings[$report]}"); done
  status=0
  "$program" gate "$models/$name" "${options[@]}" "${arguments[@]}" </dev/null >"$scratch/result" || status=$?
  head -n 1 -- "$scratch/result"
  case "$status" in
    0)
      for report in $reports; do
        # An approval that nobody can read later is none.
        if [[ ! -s "$out/$name.${endings[$report]}" ]]; then
          printf 'error: %s: the %s report was not written\n' "$name" "$report" >&2
          status=3
        fi
      done
      ;;
    1 | 2 | 3 | 4 | 5 | 130) ;;
    *)
      printf 'error: %s: the program ended with %s, which says nothing\n' "$name" "$status" >&2
      status=3
      ;;
  esac
  seen[$status]=1
  summary+="$name ended with $status"$'\n'
  if [[ -s "$out/$name.md" ]]; then { cat -- "$out/$name.md" && printf '\n'; } >>"$out/summary.md"; fi
done

printf '%s' "$summary" >&2
for code in 130 2 4 3 1 5; do
  if [[ -n "${seen[$code]:-}" ]]; then exit "$code"; fi
done
[[ -n "${seen[0]:-}" ]] || exit 3
exit 0
