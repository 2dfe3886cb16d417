#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds everything for another machine, and runs the C tests there, in an emulator:
#
#     tests/other_machines.sh s390x|i686|i686-asan|aarch64|windows [NAME_OF_A_TEST ...]
#
# s390x stores its numbers the other way round; i686 has sizes of 32 bits, and is there also with
# the address and undefined-behaviour sanitizers; aarch64 has chars without a sign and long doubles
# of 128 bits; Windows is no POSIX system.  Then the tool for that
# machine must say of every fixture what the tool for this one says, which is built in build/, and
# unpack every archive as that does.
#
# For Debian.  Compilers and emulators are installed with the package manager.  The libraries for
# the other machine are Debian's, too, but nothing foreign is installed: they are only unpacked,
# into build/other/MACHINE/root.  Ends with one line, N passed, N failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh
# shellcheck source=scripts/apt.sh
source scripts/apt.sh

NAME=${1-}
MACHINE=${NAME%-asan}
FOLDER=$PWD/build/other/$MACHINE
ROOT=$FOLDER/root # what is under / on that machine
APT=$FOLDER/apt
LOG=build/other/$MACHINE/setup.log
SUFFIX=           # of programs
SYSTEM=linux
ENDIAN=little
DIFFERENT=        # fixtures that mean something else there; tests/support/entry_points.h says why
SANITIZE=()       # options of meson
BUILD=$FOLDER/build

if [[ $NAME == i686-asan ]]; then
    SANITIZE=(-Db_sanitize=address,undefined -Db_lundef=false)
    BUILD=$FOLDER/build-asan
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
elif [[ $NAME == *-asan ]]; then
    MACHINE=
fi

case $MACHINE in
s390x)
    ARCH=s390x TRIPLET=s390x-linux-gnu ENDIAN=big COMPILER=gcc-s390x-linux-gnu
    DIFFERENT="header_letter.npy header_name.npy header_native_mark.npy header_equals_mark.npy
        header_bar_mark.npy descr_U_bar.npy"
    EMULATOR=(qemu-s390x -L "$ROOT")
    ;;
i686) # which this machine runs by itself
    ARCH=i386 TRIPLET=i686-linux-gnu COMPILER=gcc-i686-linux-gnu
    DIFFERENT="data_4e.npy"
    EMULATOR=("$ROOT/lib/ld-linux.so.2" --library-path
        "$ROOT/lib/i386-linux-gnu:$ROOT/usr/lib/i386-linux-gnu:/usr/i686-linux-gnu/lib")
    ;;
aarch64)
    ARCH=arm64 TRIPLET=aarch64-linux-gnu COMPILER=gcc-aarch64-linux-gnu
    EMULATOR=(qemu-aarch64 -L "$ROOT")
    ;;
windows)
    ARCH='' TRIPLET=x86_64-w64-mingw32 SYSTEM=windows SUFFIX=.exe
    COMPILER=gcc-mingw-w64-x86-64
    EMULATOR=(env WINEPREFIX="$FOLDER/prefix" WINEDEBUG=-all /usr/lib/wine/wine64)
    ;;
*)
    die "usage: tests/other_machines.sh s390x|i686|i686-asan|aarch64|windows [NAME_OF_A_TEST ...]"
    ;;
esac

# Lines as in scripts/setup.sh, for apt alone.
NEEDED="
compiler   | runs $TRIPLET-gcc --version | $COMPILER
meson      | runs meson --version        | meson
ninja      | runs ninja --version        | ninja-build
pkg-config | runs pkg-config --version   | pkg-config
Python     | python_with json            | python3
"
case $MACHINE in
s390x | aarch64)
    NEEDED+="emulator | runs qemu-$MACHINE --version | qemu-user"
    ;;
windows)
    NEEDED+="zlib | test -e /usr/$TRIPLET/lib/libz.a | libz-mingw-w64-dev
        source packages | runs dpkg-source --version | dpkg-dev
        emulator | test -x /usr/lib/wine/wine64 | wine64"
    ;;
esac

# ------------------------------------------------------------------------ foreign libraries

# The libraries and all that they need, the C library too.
unpack_libraries()
{
    local libraries=(zlib1g-dev libminizip-dev libdeflate-dev nettle-dev libutf8proc-dev
        libcmocka-dev)
    local package link
    say "downloading and unpacking, for $MACHINE: ${libraries[*]}"
    start_apt deb
    own_apt install --download-only --no-install-recommends "${libraries[@]}" libgcc-s1
    mkdir -p "$ROOT"
    for package in "$FOLDER"/apt/archives/*.deb; do
        quietly dpkg -x "$package" "$ROOT"
    done
    find "$ROOT" -type l -lname '/*' | while read -r link; do
        ln -sfn "$ROOT$(readlink "$link")" "$link"
    done
}

# pc NAME LIBRARIES [FLAGS]: what pkg-config says.
pc()
{
    say "Name: $1" "Description: $1" "Version: 1" "Libs: -L$ROOT/lib $2" \
        "Cflags: -I$ROOT/include ${3-}" >"$ROOT/lib/pkgconfig/$1.pc"
}

# Of Debian's packages for Windows there is only zlib, which is linked statically.
compile_libraries()
{
    local source
    local LOG=$FOLDER/setup.log
    local -a compile=("$TRIPLET-gcc" -O2 -w -D__USE_MINGW_ANSI_STDIO=1 -I. -Iinclude -c)
    say "compiling for $MACHINE: utf8proc, cmocka"
    start_apt deb-src
    mkdir -p "$ROOT"/{include,lib/pkgconfig} "$FOLDER/source"
    (
        cd "$FOLDER/source"
        own_apt source --download-only utf8proc cmocka
        for source in *.dsc; do
            quietly dpkg-source --no-check -x "$source" "${source%%_*}"
        done
        cd utf8proc
        quietly "${compile[@]}" -DUTF8PROC_STATIC utf8proc.c
        quietly "$TRIPLET-ar" rcs "$ROOT/lib/libutf8proc.a" utf8proc.o
        cp utf8proc.h "$ROOT/include"
        cd ../cmocka
        say '#define HAVE_MALLOC_H 1' '#define HAVE_INTTYPES_H 1' '#define HAVE_STDINT_H 1' \
            '#define HAVE_STRUCT_TIMESPEC 1' '#define HAVE_TIME_H 1' >config.h
        quietly "${compile[@]}" -DHAVE_CONFIG_H src/cmocka.c
        quietly "$TRIPLET-ar" rcs "$ROOT/lib/libcmocka.a" cmocka.o
        cp include/cmocka.h "$ROOT/include"
    )
    pc zlib -l:libz.a
    pc libutf8proc -lutf8proc -DUTF8PROC_STATIC
    pc cmocka -lcmocka
}

provide_libraries()
{
    if [[ ! -e $ROOT/complete ]]; then
        rm -rf "$ROOT" "$FOLDER/apt" "$FOLDER/source"
        if [[ $MACHINE == windows ]]; then
            compile_libraries
        else
            unpack_libraries
        fi
        rm -rf "$FOLDER/apt" "$FOLDER/source"
        touch "$ROOT/complete"
    fi
}

# -------------------------------------------------------------------------- building, testing

# meson_list ITEM ...: a list as meson writes it.
meson_list()
{
    local text
    text=$(printf "'%s', " "$@")
    say "[${text%, }]"
}

write_cross_file()
{
    local family=$MACHINE
    local debian=${TRIPLET/i686/i386}
    case $MACHINE in
    i686) family=x86 ;;
    windows) family=x86_64 ;;
    esac
    {
        say "[binaries]" "c = '$TRIPLET-gcc'" "ar = '$TRIPLET-ar'" "strip = '$TRIPLET-strip'" \
            "pkgconfig = 'pkg-config'" "exe_wrapper = $(meson_list "${EMULATOR[@]}")"
        if [[ $MACHINE == windows ]]; then
            say "[properties]" "pkg_config_libdir = '$ROOT/lib/pkgconfig'"
        else
            say "[properties]" "needs_exe_wrapper = true" "sys_root = '$ROOT'" \
                "pkg_config_libdir = '$ROOT/usr/lib/$debian/pkgconfig'" \
                "[built-in options]" "c_args = ['--sysroot=$ROOT']" \
                "c_link_args = ['--sysroot=$ROOT']"
        fi
        say "[host_machine]" "system = '$SYSTEM'" "cpu_family = '$family'" "cpu = '$MACHINE'" \
            "endian = '$ENDIAN'"
    } >"$FOLDER/cross.ini"
}

build_and_test()
{
    if [[ ! -f $BUILD/build.ninja ]]; then
        quietly meson setup "$BUILD" --cross-file "$FOLDER/cross.ini" -Dtests=enabled \
            -Dtool=enabled "${SANITIZE[@]}"
    fi
    say "building in $BUILD"
    quietly meson compile -C "$BUILD"
    rm -f "$BUILD"/meson-logs/testlog*.json
    meson test -C "$BUILD" --no-rebuild --print-errorlogs --timeout-multiplier 10 "$@" ||
        say "meson test: status $?"
    read -r passed failed _ < <("$PYTHON" scripts/tally.py meson "$BUILD/meson-logs")
}

# What this tool prints about a file, its messages after that, and its exit status.
describe()
{
    local status=0 messages
    messages=$(mktemp "$FOLDER/messages.XXXXXX")
    "$@" 2>"$messages" | tr -d '\r' || status=$?
    tr -d '\r' <"$messages"
    rm "$messages"
    say "status $status"
}

# The same digests or the same refusals, there as here.
compare_tools()
{
    local file count=0
    local there=("${EMULATOR[@]}" "$BUILD/nyz$SUFFIX")
    build build "${OPTIONS[@]}"
    for file in fixtures/*/*.np?; do
        if [[ " $DIFFERENT " == *[[:space:]]"${file##*/}"[[:space:]]* ]]; then
            continue
        fi
        if diff <(describe build/nyz digest --json "$file") \
            <(describe "${there[@]}" digest --json "$file") >"$FOLDER/diff.txt"; then
            count=$((count + 1))
        else
            say "$file: not the same here and there:"
            head -n 4 "$FOLDER/diff.txt"
            failed=$((failed + 1))
        fi
    done
    say "nyz digest: the same for $count files"
    passed=$((passed + count))
}

# The same files from an archive, or the same refusals, there as here.
compare_unpacked()
{
    local file count=0
    local there=("${EMULATOR[@]}" "$BUILD/nyz$SUFFIX")
    for file in fixtures/good/*.npz; do
        rm -rf "$FOLDER"/unpacked
        mkdir -p "$FOLDER"/unpacked/{here,there}
        if diff <(describe build/nyz unpack "$file" -d "$FOLDER/unpacked/here") \
            <(describe "${there[@]}" unpack "$file" -d "$FOLDER/unpacked/there") \
            >"$FOLDER/diff.txt" &&
            diff -r "$FOLDER"/unpacked/{here,there} >>"$FOLDER/diff.txt"; then
            count=$((count + 1))
        else
            say "$file: not unpacked here as there:"
            head -n 4 "$FOLDER/diff.txt"
            failed=$((failed + 1))
        fi
    done
    say "nyz unpack: the same for $count archives"
    passed=$((passed + count))
}

# Without this, each program would start and stop all of wine, and its services would hold on to
# the pipes of the first.
start_wine()
{
    if [[ $MACHINE == windows ]]; then
        mkdir -p "$FOLDER/prefix" # wineserver does not make it
        trap 'WINEPREFIX=$FOLDER/prefix /usr/lib/wine/wineserver64 -k' EXIT
        WINEPREFIX=$FOLDER/prefix quietly /usr/lib/wine/wineserver64 -p600
        quietly "${EMULATOR[@]}" wineboot
    fi
}

passed=0
failed=0
shift
mkdir -p "$FOLDER" build
: >"$LOG"
provide "$NEEDED_TO_BUILD"
provide "$NEEDED"
provide_libraries
write_cross_file
start_wine
build_and_test "$@"
if [[ $# == 0 ]]; then
    compare_tools
    compare_unpacked
fi
say "$NAME: $passed passed, $failed failed"
exit $((failed > 0 || passed == 0))
