# shellcheck shell=bash disable=SC2034  # constants are for those who source this
# Shared by the scripts of this project; to be sourced. Says what it does on stderr, stops with a clear error.

readonly WB_LICENCE_PACK_NAME="scancode-toolkit-mini"
readonly WB_LICENCE_PACK_VERSION="32.5.0"
readonly WB_SPDX_LIST_NAME="spdx-license-list"
readonly WB_SPDX_LIST_VERSION="6.12.0"
readonly WB_LLAMA_VERSION="3.22.1"

# Debian 12 packages that building and testing need.
readonly WB_BUILD_PACKAGES=(
  bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto bazel-skylib
  g++ git libabsl-dev libarchive-dev libbenchmark-dev libcli11-dev libgmock-dev libgrpc++-dev libgtest-dev libprotobuf-dev libre2-dev
  libsqlite3-dev libssl-dev libyaml-cpp-dev openssl prometheus-cpp-dev protobuf-compiler protobuf-compiler-grpc python3
)

# Programs that a package ships, one a line: installed name, Bazel target. What else belongs to one of them (manual page,
# completions, unit) is packaged with it; see deploy/package/README.md.
readonly WB_PROGRAMS=(
  "weighbridge //services/cli:weighbridge"
  "weighbridge-remote //services/cli:weighbridge-remote" # what weighbridge becomes for --server; lies beside it
  "weighbridged //services/daemon:weighbridged"
  "weighbridge-registry //services/clients/cpp:registry_lookup"
  "weighbridge-engine //services/engine/server:weighbridge-engine" # what run starts; lies beside it
)

# Debian 12 packages that making a package needs beside those for building.
readonly WB_PACKAGE_PACKAGES=(binutils dpkg-dev patchelf)

wb_say() { printf '== %s\n' "$*" >&2; }

wb_die() {
  printf 'error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 2
}

# Prints those of the given Debian packages that are not installed.
wb_missing_packages() {
  local package
  for package in "$@"; do
    if [[ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" != ii* ]]; then
      printf '%s\n' "$package"
    fi
  done
}

# Installs what is missing of the given Debian packages, as root or through sudo, without asking anything.
wb_install() {
  local missing
  mapfile -t missing < <(wb_missing_packages "$@")
  if ((${#missing[@]} == 0)); then return 0; fi
  command -v apt-get >/dev/null ||
    wb_die "these packages are missing and apt-get is not here: ${missing[*]}" \
      "Weighbridge builds on Debian 12; install their equivalents and run again."
  local as_root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null ||
      wb_die "not root, and sudo is not there or asks for a password" "run as root: apt-get install ${missing[*]}"
    as_root=(sudo -n)
  fi
  wb_say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log
  log="$(mktemp)"
  # Another apt-get, such as the daily one of a fresh machine, is waited for. Package lists that cannot be renewed may still do.
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update -q >"$log" 2>&1 </dev/null || true
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y \
    --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    wb_die "apt-get could not install: ${missing[*]}" "the lines above say why (whole log: $log)" \
      "Weighbridge needs the packages of Debian 12 (bookworm) and a network or a mirror to fetch them from."
  fi
  rm -f "$log"
}

# Folder for what is fetched once: the licence pack.
wb_cache_dir() { printf '%s/weighbridge\n' "${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}"; }

# Folder of the unpacked licence pack; it is complete if its file `complete` is there.
wb_licence_pack_dir() { printf '%s/licence-pack/%s\n' "$(wb_cache_dir)" "$WB_LICENCE_PACK_VERSION"; }

# Folder of the SPDX list's texts, beside the pack; it is there only if they could be fetched.
wb_spdx_list_dir() { printf '%s/spdx-%s\n' "$(wb_licence_pack_dir)" "$WB_SPDX_LIST_VERSION"; }

# Where deploy/llama.sh puts the inference library; deploy/bazel/llama.bzl looks there too.
wb_llama_dir() { printf '%s/llama/%s\n' "$(wb_cache_dir)" "$WB_LLAMA_VERSION"; }

# What a build with the engine needs in its environment. The headers may have come since the last build: the stamp makes Bazel look again.
wb_use_llama() {
  export WEIGHBRIDGE_LLAMA_DIR="$1"
  WEIGHBRIDGE_LLAMA_INSTALLED="$(cat "$1/ABI")"
  export WEIGHBRIDGE_LLAMA_INSTALLED
}

# Stops if `bazel` is not the one that this project builds with offline.
wb_check_bazel() {
  command -v bazel >/dev/null || wb_die "bazel is not on the PATH" "the package bazel-bootstrap of Debian 12 brings /usr/bin/bazel"
  local version
  version="$(bazel --version 2>/dev/null </dev/null)" || version="(it does not start)"
  # Debian's own build of 4.2.3 does not know its version.
  [[ "$version" == "bazel 4.2."* || "$version" == "bazel no_version" ]] ||
    wb_die "$(command -v bazel) is $version, not Bazel 4.2" "put /usr/bin of Debian's bazel-bootstrap first on the PATH"
}

# The bazel command with this project's settings; symlinks bazel-* appear in the project's top folder.
wb_bazel() {
  local verb="$1"
  shift
  bazel "$verb" --color=no --curses=no --noshow_progress --show_result=0 "$@"
}
