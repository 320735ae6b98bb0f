#!/usr/bin/env bash
# Makes what a user installs: a relocatable tarball that brings its libraries, a .deb that depends on those of Debian 12, and their
# checksums. Both hold the programs of WB_PROGRAMS (deploy/lib/common.sh), the rules as files, protos, manual pages, shell
# completions, the systemd unit and examples.
#
# usage: deploy/package.sh [--out FOLDER]     default: dist in the project's top folder
# stdout: the two packages and SHA256SUMS, one path a line
# The same commit gives the same bytes: times are those of the commit, or of SOURCE_DATE_EPOCH where that is set.
# exit: 0 made, 2 something cannot be had
set -euo pipefail
umask 022
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh
export LC_ALL=C TZ=UTC

out="$PWD/dist"
while (($# > 0)); do
  case "$1" in
    --out)
      (($# >= 2)) || wb_die "--out needs a folder"
      out="$2"
      [[ "$out" == /* ]] || out="$started_in/$out"
      shift 2
      ;;
    -h | --help)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) wb_die "unknown argument $1" "usage: deploy/package.sh [--out FOLDER]" ;;
  esac
done

readonly ARCHITECTURE="amd64" PLATFORM="linux-x86_64" MAINTAINER="The Weighbridge authors <authors@weighbridge.invalid>"
[[ "$(dpkg --print-architecture)" == "$ARCHITECTURE" ]] || wb_die "packages are made on $ARCHITECTURE alone" "this is $(dpkg --print-architecture)"
version="$(sed -n 's/.*kVersion\[\] = "weighbridge \([0-9][0-9a-z.~+]*\)".*/\1/p' services/base/version.h)"
[[ -n "$version" ]] || wb_die "no version in services/base/version.h"

wb_install "${WB_BUILD_PACKAGES[@]}" "${WB_PACKAGE_PACKAGES[@]}"
wb_check_bazel

if [[ -z "${SOURCE_DATE_EPOCH:-}" ]]; then
  SOURCE_DATE_EPOCH="$(git log -1 --format=%ct 2>/dev/null)" ||
    wb_die "no commit here that could date the package" "set SOURCE_DATE_EPOCH to seconds since 1970 (UTC)"
fi
[[ "$SOURCE_DATE_EPOCH" =~ ^[0-9]+$ ]] || wb_die "SOURCE_DATE_EPOCH is $SOURCE_DATE_EPOCH, not seconds since 1970"
export SOURCE_DATE_EPOCH

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# ---- build ---------------------------------------------------------------------------------------------------------------

names=() targets=()
for program in "${WB_PROGRAMS[@]}"; do
  names+=("${program% *}")
  targets+=("${program##* }")
done
has() { [[ " ${names[*]} " == *" $1 "* ]]; }

wb_say "building ${names[*]}"
wb_bazel build "${targets[@]}" >&2 </dev/null || wb_die "the build failed" "the lines above say why"

mkdir "$work/bin"
for i in "${!names[@]}"; do
  built="bazel-bin/${targets[$i]#//}"
  strip --strip-all -o "$work/bin/${names[$i]}" "${built/:/\/}"
done

# ---- what both packages hold ---------------------------------------------------------------------------------------------

wb_say "writing manual pages and completions from --help"
share="$work/share"
mkdir -p "$share"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
mkdir -p "$share"/{doc/weighbridge/examples,weighbridge/rules,weighbridge/proto}
for name in "${names[@]}"; do
  for template in deploy/package/"$name".[0-9].in; do
    # A program without a template is an example, and says what it takes by --help alone.
    [[ -f "$template" ]] || continue
    section="${template%.in}"
    section="${section##*.}"
    mkdir -p "$share/man/man$section"
    docs=(python3 deploy/package/command_docs.py)
    "${docs[@]}" man "$work/bin/$name" "$template" "$version" "$SOURCE_DATE_EPOCH" | gzip -9n >"$share/man/man$section/$name.$section.gz"
    "${docs[@]}" bash "$work/bin/$name" >"$share/bash-completion/completions/$name"
    "${docs[@]}" zsh "$work/bin/$name" >"$share/zsh/vendor-completions/_$name"
    "${docs[@]}" fish "$work/bin/$name" >"$share/fish/vendor_completions.d/$name.fish"
  done
done

copy() { install -D -m 644 -- "$1" "$2"; }
while IFS= read -r file; do copy "rules/$file" "$share/weighbridge/rules/$file"; done < <(
  cd rules && find . -type f \( -name '*.textproto' -o -name '*.tokens' \) -printf '%P\n' | sort
)
while IFS= read -r file; do copy "$file" "$share/weighbridge/$file"; done < <(find proto -type f -name '*.proto' | sort)
copy README.md "$share/doc/weighbridge/README.md"
copy NOTICE.md "$share/doc/weighbridge/copyright"
copy deploy/examples/profiles/startup.yaml "$share/doc/weighbridge/examples/profile.yaml"
copy deploy/package/policy.yaml "$share/doc/weighbridge/examples/policy.yaml"
copy deploy/ci/gate.sh "$share/weighbridge/gate.sh"
chmod 755 "$share/weighbridge/gate.sh"
# The rules in the package are those in the program.
[[ "$("$work/bin/weighbridge" rules digest)" == *"$(
  cd rules && find . -type f \( -name '*.textproto' -o -name '*.tokens' \) -printf '%P\0' | sort -z | xargs -0r sha256sum -- | sha256sum | cut -d' ' -f1
)"* ]] || wb_die "the rules of the tree are not those in the program"

# Same times, owners and order wherever and whenever it is made.
date_all() { find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +; }

# ---- tarball -------------------------------------------------------------------------------------------------------------

# package_of FILE: the installed Debian package that FILE belongs to, and its version. Libraries are listed with and without /usr.
package_of() {
  local path owner
  path="$(realpath -- "$1")"
  owner="$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null)" ||
    wb_die "$path belongs to no Debian package" "a package bundles libraries of Debian 12 alone; is another one first on the library path?"
  dpkg-query -W -f='${Package} ${Version}\n' "${owner%%: *}"
}

wb_say "bundling libraries"
tree="$work/weighbridge-$version-$PLATFORM"
mkdir -p "$tree/bin" "$tree/lib" "$tree/etc"
cp -r -- "$share" "$tree/share"
cp -- "$work/bin/"* "$tree/bin/"
readonly GLIBC='^(ld-linux-x86-64|libc|libm|libpthread|libdl|librt|libresolv|libutil|libanl)\.so\.'
: >"$work/bundled"
for name in "${names[@]}"; do
  ldd "$work/bin/$name" >"$work/ldd"
  if grep -q 'not found' "$work/ldd"; then wb_die "$name: $(grep 'not found' "$work/ldd")"; fi
  awk '$2 == "=>" { print $1, $3 }' "$work/ldd" | { grep -vE "$GLIBC" || true; } >>"$work/bundled"
done
sort -u -o "$work/bundled" "$work/bundled"
while read -r soname path; do
  strip --strip-unneeded -o "$tree/lib/$soname" "$(realpath -- "$path")"
  package_of "$path" >>"$work/owners"
done <"$work/bundled"
sort -u -o "$work/owners" "$work/owners"
# DT_RPATH and not DT_RUNPATH: it also holds for the libraries that the libraries need.
for name in "${names[@]}"; do
  patchelf --force-rpath --set-rpath "\$ORIGIN/../lib" "$tree/bin/$name"
done
{
  printf 'The folder lib holds libraries of these Debian 12 packages, unchanged but for debugging symbols. Their notices lie beside this file.\n\n'
  cat "$work/owners"
} >"$tree/share/doc/weighbridge/NOTICE"
while read -r package _; do
  [[ -f "/usr/share/doc/$package/copyright" ]] || wb_die "no /usr/share/doc/$package/copyright" "a package cannot be made without the notices of what it bundles"
  copy "/usr/share/doc/$package/copyright" "$tree/share/doc/weighbridge/bundled/$package.copyright"
done <"$work/owners"
if has weighbridged; then
  copy deploy/package/weighbridged.service "$tree/share/weighbridge/systemd/weighbridged.service"
  copy deploy/package/weighbridge.sysusers "$tree/share/weighbridge/systemd/weighbridge.sysusers"
  copy deploy/package/weighbridged.default "$tree/etc/default/weighbridged"
else
  rmdir "$tree/etc"
fi
(cd "$tree" && find . -type f -printf '%P\0' | sort -z | xargs -0r sha256sum -- >"$work/sums" && mv "$work/sums" SHA256SUMS)
chmod 644 "$tree/SHA256SUMS"
date_all "$tree"
tarball="weighbridge-$version-$PLATFORM.tar.gz"
tar --create --directory "$work" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
  --mode='u=rwX,go=rX' "$(basename "$tree")" | gzip -9n >"$work/$tarball"

# ---- .deb ----------------------------------------------------------------------------------------------------------------

wb_say "making the .deb"
deb="$work/deb"
mkdir -p "$deb/DEBIAN" "$deb/usr/bin"
cp -r -- "$share" "$deb/usr/share"
gzip -9n "$deb/usr/share/doc/weighbridge/README.md"
cp -- CHANGELOG.md "$deb/usr/share/doc/weighbridge/CHANGELOG.md"
printf 'weighbridge (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- %s  %s\n' "$version" "$MAINTAINER" \
  "$(date --rfc-email --date="@$SOURCE_DATE_EPOCH")" >"$deb/usr/share/doc/weighbridge/changelog"
gzip -9n "$deb/usr/share/doc/weighbridge/CHANGELOG.md" "$deb/usr/share/doc/weighbridge/changelog"
cp -- "$work/bin/"* "$deb/usr/bin/"
if has weighbridged; then
  copy deploy/package/weighbridged.service "$deb/lib/systemd/system/weighbridged.service"
  copy deploy/package/weighbridge.sysusers "$deb/usr/lib/sysusers.d/weighbridge.conf"
  copy deploy/package/weighbridged.default "$deb/etc/default/weighbridged"
  printf '/etc/default/weighbridged\n' >"$deb/DEBIAN/conffiles"
  install -m 755 deploy/package/debian/postinst deploy/package/debian/prerm "$deb/DEBIAN/"
fi
mkdir -p "$work/shlibs/debian"
printf 'Source: weighbridge\nPackage: weighbridge\nArchitecture: %s\n' "$ARCHITECTURE" >"$work/shlibs/debian/control"
depends="$(cd "$work/shlibs" && dpkg-shlibdeps -O "${names[@]/#/$work/bin/}" 2>"$work/shlibs.log" | sed -n 's/^shlibs:Depends=//p')"
[[ -n "$depends" ]] || wb_die "dpkg-shlibdeps names no library: $(cat "$work/shlibs.log")"
cat >"$deb/DEBIAN/control" <<END
Package: weighbridge
Version: $version
Architecture: $ARCHITECTURE
Maintainer: $MAINTAINER
Section: utils
Priority: optional
Installed-Size: $(find "$deb/usr" -type f -printf "%s\n" | awk "{ sum += \$1 } END { print int((sum + 1023) / 1024) }")
Depends: $depends
Description: licence and provenance gate for open-weight AI models
 Identifies the weight files of a model by hash, finds out under which licence
 exactly they may be used, compares the terms with the facts of the user, and
 answers with a decision that names clause, place and what would change it.
END
(cd "$deb" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0r md5sum -- >DEBIAN/md5sums)
date_all "$deb"
package="weighbridge_${version}_$ARCHITECTURE.deb"
# One thread: what several make of it depends on the machine.
dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$deb" "$work/$package" >/dev/null

# ---- out -----------------------------------------------------------------------------------------------------------------

mkdir -p -- "$out" || wb_die "cannot make the folder $out"
(cd "$work" && sha256sum -- "$tarball" "$package" >SHA256SUMS)
# The checksums come last: who sees them sees what they are of.
for file in "$tarball" "$package" SHA256SUMS; do
  cp -- "$work/$file" "$out/.$file.new"
  mv -T -- "$out/.$file.new" "$out/$file"
  printf '%s\n' "$out/$file"
done
