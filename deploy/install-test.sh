#!/usr/bin/env bash
# Installs both packages into an empty Debian 12 (no compiler, no development packages) and uses them there.
#
# usage: deploy/install-test.sh [--packages FOLDER]     default: they are made first (deploy/package.sh)
# Needs root, or sudo that asks nothing, for chroot. The empty system is made once by debootstrap from the mirror that this machine's apt-get uses, and kept
# with the Debian packages that were fetched in the user's cache: later runs need no network.
# Last line: `N passed, M failed`.
# exit: 0 all passed, 1 one did not, 2 it cannot be tried here (not root, no mirror)
# shellcheck disable=SC2016  # what stands in single quotes is expanded by a shell in the empty system
set -euo pipefail
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh

readonly SUITE="bookworm"

packages=""
while (($# > 0)); do
  case "$1" in
    --packages)
      (($# >= 2)) || wb_die "--packages needs a folder"
      packages="$2"
      [[ "$packages" == /* ]] || packages="$started_in/$packages"
      shift 2
      ;;
    -h | --help)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/install-test.sh [--packages FOLDER]" ;;
  esac
done
work="$(mktemp -d)"
# Nothing is mounted in it as seen from here: each chroot has a mount namespace of its own.
trap 'rm -rf --one-file-system "$work"' EXIT
if [[ -z "$packages" ]]; then
  packages="$work/packages"
  # No package is a failure, and not a reason to leave the test out.
  deploy/package.sh --out "$packages" >&2 || exit 1
  # Once more: the same commit gives the same bytes.
  deploy/package.sh --out "$work/again" >&2 || exit 1
  cmp -- "$packages/SHA256SUMS" "$work/again/SHA256SUMS" >&2 || exit 1
fi
(cd "$packages" && sha256sum --check --quiet --strict SHA256SUMS >&2) || {
  printf 'error: the packages in %s are not those of their SHA256SUMS\n' "$packages" >&2
  exit 1
}
deb="$(find "$packages" -maxdepth 1 -name '*.deb')"
tarball="$(find "$packages" -maxdepth 1 -name '*.tar.gz')"
[[ -f "$deb" && -f "$tarball" ]] || wb_die "not one .deb and one tarball in $packages"
if ((EUID != 0)); then
  sudo -n true 2>/dev/null || wb_die "not root, and sudo is not there or asks for a password" "chroot needs root"
  # Not exec: the packages that were made here go at the end.
  status=0
  sudo -n deploy/install-test.sh --packages "$packages" || status=$?
  exit "$status"
fi
version="$(dpkg-deb --field "$deb" Version)"

# ---- an empty system -----------------------------------------------------------------------------------------------------

wb_install debootstrap
cache="$(wb_cache_dir)/debian-tree"
mkdir -p "$cache/archives"
tree="$work/tree"
if [[ ! -f "$cache/$SUITE.tar" ]]; then
  mirror="$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$SUITE" '$1 == suite && $2 == "main" { print $3; exit }')"
  [[ -n "$mirror" ]] || wb_die "apt-get of this machine names no mirror with $SUITE"
  wb_say "making an empty Debian 12 (about a minute)"
  debootstrap --variant=minbase "$SUITE" "$work/new" "$mirror" >"$work/log" 2>&1 </dev/null || {
    tail -n 5 "$work/log" >&2
    wb_die "debootstrap could not make an empty Debian 12" "the lines above say why"
  }
  rm -f "$work/new/var/cache/apt/archives/"*.deb
  tar --create --directory "$work/new" --one-file-system --numeric-owner --xattrs --file "$cache/$SUITE.tar.$$" .
  mv -T -- "$cache/$SUITE.tar.$$" "$cache/$SUITE.tar"
  rm -rf --one-file-system "$work/new"
fi
mkdir "$tree"
tar --extract --directory "$tree" --numeric-owner --same-owner --xattrs --file "$cache/$SUITE.tar"
cp -L /etc/resolv.conf "$tree/etc/resolv.conf" 2>/dev/null || true
cp -- "$cache/archives/"*.deb "$tree/var/cache/apt/archives/" 2>/dev/null || true

compose=(deploy/examples/compose.sh)
# More examples where the licence pack was fetched before; it is not what is tested here.
pack="$(wb_licence_pack_dir)"
if [[ -f "$pack/complete" ]]; then compose+=(--texts "$pack/texts"); fi
"${compose[@]}" "$tree/examples" >/dev/null
cp -- "$deb" "$tree/srv/weighbridge.deb"

# inside COMMAND...: runs it in the system, with nothing of this machine's environment.
inside() {
  unshare --mount --pid --fork --propagation private sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$tree" \
    /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 NO_COLOR=1 "$@" </dev/null
}

# ---- checks --------------------------------------------------------------------------------------------------------------

passed=0 failed=0
# check WHAT CODE PATTERN COMMAND...: runs it inside; passes if it ends with CODE and its output has a line that fits PATTERN.
check() {
  local what="$1" code="$2" pattern="$3" status=0
  shift 3
  inside "$@" >"$work/output" 2>&1 || status=$?
  if [[ "$status" == "$code" ]] && grep -qE -- "$pattern" "$work/output"; then
    printf 'ok      %s\n' "$what"
    passed=$((passed + 1))
  else
    printf 'FAILED  %s: exit %s, expected %s and a line like: %s\n' "$what" "$status" "$code" "$pattern"
    sed 's/^/        /' "$work/output" | tail -n 12
    failed=$((failed + 1))
  fi
}

# gates HOW PROGRAM: every example that could be composed gets the decision that it should get.
gates() {
  local how="$1" program="$2" model profile decision code options
  check "$how: version" 0 "^weighbridge $version\$" "$program" --version
  check "$how: doctor" 0 '^ok +rules ' "$program" doctor
  while IFS=$'\t' read -r model profile decision code options _; do
    # Options name files beside the examples; the quickstart has those.
    [[ "$model" != "#"* && "$options" == - && -d "$tree/examples/$model" ]] || continue
    check "$how: gate $model with $profile" "$code" "^$decision  " "$program" gate "/examples/$model" --profile "/examples/profiles/$profile" --quiet
  done <deploy/examples/examples.tsv
}

check "no compiler in the empty system" 0 '^none$' sh -c 'for c in cc gcc c++ g++ clang ld; do ! command -v $c || exit 9; done; echo none'

# The tarball first, where none of the libraries is installed.
mkdir "$tree/opt/a place"
tar --extract --gzip --no-same-owner --directory "$tree/opt/a place" --file "$tarball"
place="/opt/a place/$(ls "$tree/opt/a place")"
check "tarball: its own checksums" 0 '^all$' sh -c 'cd "$0" && sha256sum --check --quiet --strict SHA256SUMS && echo all' "$place"
check "tarball: no library from outside it but glibc" 0 '^[1-9][0-9]* inside, 0 outside$' sh -c 'ldd "$0/bin/"* |
  awk -v place="=> $0/" "\$2 == \"=>\" { if (index(\$0, place)) i++; else if (\$1 !~ /^lib(c|m|pthread|dl|rt|resolv).so/) o++ }
    END { print i + 0 \" inside, \" o + 0 \" outside\" }"' "$place"
gates tarball "$place/bin/weighbridge"
mv "$tree/opt/a place" "$tree/srv/moved"
place="/srv/moved/${place##*/}"
check "tarball: moved, every program starts" 0 '^all$' sh -c 'for p in "$0/bin/"*; do "$p" --help >/dev/null || exit; done; echo all' "$place"
rm -rf "$tree/srv/moved" "$tree/root/.local"

# A system that was made long ago knows versions that the mirror no longer has.
install=(apt-get install -q -y --no-install-recommends /srv/weighbridge.deb)
inside "${install[@]}" >"$work/log" 2>&1 || { inside apt-get update -q >>"$work/log" 2>&1 && inside "${install[@]}" >>"$work/log" 2>&1; } || {
  tail -n 8 "$work/log" >&2
  if grep -qE 'Could not resolve|Cannot initiate|Unable to fetch|Failed to fetch' "$work/log"; then
    wb_die "the libraries that the .deb depends on cannot be fetched" "the lines above say why"
  fi
}
cp -n -- "$tree/var/cache/apt/archives/"*.deb "$cache/archives/" 2>/dev/null || true
check ".deb: installed" 0 '^ii $' dpkg-query -W -f='${db:Status-Abbrev}\n' weighbridge
check ".deb: every file as packed" 0 '^all$' sh -c 'test -z "$(dpkg --verify weighbridge)" && echo all'
gates .deb weighbridge
check ".deb: the rules as files are those inside" 0 '^ok: ' weighbridge rules lint /usr/share/weighbridge/rules
check ".deb: the example profile and policy" 5 '^NEEDS_REVIEW  ' weighbridge gate /examples/llama-3.1-tag-only --quiet \
  --profile /usr/share/doc/weighbridge/examples/profile.yaml --policy /usr/share/doc/weighbridge/examples/policy.yaml
check ".deb: manual page" 0 '^\.Dt WEIGHBRIDGE 1$' gzip -dc /usr/share/man/man1/weighbridge.1.gz
check ".deb: completion of a verb" 0 '^classify$' bash -c 'source /usr/share/bash-completion/completions/weighbridge
  COMP_WORDS=(weighbridge cl) COMP_CWORD=1; _weighbridge; printf "%s\n" "${COMPREPLY[@]}"'
check ".deb: completion of a value" 0 '^markdown$' bash -c 'source /usr/share/bash-completion/completions/weighbridge
  COMP_WORDS=(weighbridge gate . --format m) COMP_CWORD=4; _weighbridge; printf "%s\n" "${COMPREPLY[@]}"'

# The daemon: started on a socket, asked the same as the program, stopped.
if [[ -x "$tree/usr/bin/weighbridged" ]]; then
  check ".deb: manual page of the daemon" 0 '^\.Dt WEIGHBRIDGED 8$' gzip -dc /usr/share/man/man8/weighbridged.8.gz
  cat >"$tree/srv/daemon.sh" <<'END'
set -eu
mkfifo /srv/said
weighbridged --listen unix:/srv/socket --db /srv/daemon.db --create-db --scan-root /examples >/srv/said 2>/srv/log &
daemon=$!
exec 3</srv/said
# Its first line says where it listens; reading it is how to wait for that.
read -r line <&3 || { cat /srv/log; exit 1; }
gate=0
weighbridge gate /examples/llama-3.1-tag-only --profile /examples/profiles/startup.yaml --quiet --server unix:/srv/socket >/srv/result || gate=$?
read -r decision rest </srv/result || decision=none
kill -TERM "$daemon"
stopped=0
wait "$daemon" || stopped=$?
cat /srv/log
echo "$line; it ended with $stopped"
echo "gate: $decision, $gate"
END
  check ".deb: the daemon listens and stops" 0 '^listening on unix:/srv/socket; it ended with 0$' sh /srv/daemon.sh
  if inside weighbridge gate --help | grep -q -- --server; then
    rm "$tree/srv/said"
    check ".deb: a gate through the daemon" 0 '^gate: APPROVED_WITH_CONDITIONS, 0$' sh /srv/daemon.sh
  fi
fi

check ".deb: removed" 0 '^gone$' sh -c 'dpkg --purge weighbridge && ! command -v weighbridge && ! test -e /usr/share/weighbridge && echo gone'

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0)) || exit 1
