#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs one of the tools that find mistakes, or all of them:
#
#     tests/tools.sh asan-ubsan|msan|tsan|valgrind|analyzer|clang-tidy|cppcheck|all
#
# None may find anything.  A finding is fixed in the code; where the tool is wrong, that one
# line says so, with the reason beside it.  For Debian: what is missing is installed, zlib,
# libdeflate and cmocka for MemorySanitizer are built from Debian's sources.  Ends with one line,
# N passed, N failed; each tool counts once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh
# shellcheck source=scripts/apt.sh
source scripts/apt.sh

NAMES=(asan-ubsan msan tsan valgrind analyzer clang-tidy cppcheck)
FOLDER=$PWD/build/tools

# What this tool needs: lines as in scripts/setup.sh, for apt alone.
needed_for()
{
    case $1 in
    asan-ubsan | tsan) say "clang | runs clang --version | clang" ;;
    msan) say "clang | runs clang --version | clang" \
        "source packages | runs dpkg-source --version | dpkg-dev" ;;
    clang-tidy) say "clang-tidy | runs clang-tidy --version | clang-tidy" ;;
    cppcheck) say "cppcheck | runs cppcheck --version | cppcheck" ;;
    valgrind) say "valgrind | runs valgrind --version | valgrind" ;;
    esac
    say "cmocka | runs pkg-config --exists cmocka | libcmocka-dev"
}

# What Linux on x86-64 is built of.
sources()
{
    local file
    for file in src/*/*.c src/cli/*/*.c; do
        case $file in
        *_win32.c | *_none.c) ;;
        *) say "$file" ;;
        esac
    done
}

# run_tests FOLDER [OPTION OR TEST ...]: shows those that fail.
run_tests()
{
    local log=$1/tools.log
    if meson test -C "$1" --no-rebuild --print-errorlogs --timeout-multiplier 20 "${@:2}" \
        >"$log" 2>&1 </dev/null; then
        return 0
    fi
    tail -n 60 "$log"
    say "(the whole log: $log)"
    return 1
}

# clang_build NAME OPTION ...
clang_build()
{
    CC=clang build "$FOLDER/$1" -Dexamples=false -Dtests=enabled -Db_lundef=false \
        --buildtype=debugoptimized "${@:2}"
}

# -------------------------------------------------------------------------------- sanitizers

# Wraps of unsigned numbers too: sizes must not, and only hashes and codecs mean to
# (tests/wraps.txt).
asan_ubsan()
{
    local wraps="-fsanitize=unsigned-integer-overflow -fno-sanitize-recover=all"
    wraps+=" -fsanitize-ignorelist=$PWD/tests/wraps.txt"
    clang_build asan-ubsan -Dtool=disabled -Db_sanitize=address,undefined "-Dc_args=$wraps"
    UBSAN_OPTIONS=print_stacktrace=1 run_tests "$FOLDER/asan-ubsan"
}

# msan_library NAME SOURCE ...: of files of the folder one is in.
msan_library()
{
    quietly clang -O1 -g -w -fPIC -fsanitize=memory -fno-omit-frame-pointer \
        -DHAVE_CONFIG_H -I. -Iinclude -I"$FOLDER/msan-root/include" -c "${@:2}"
    quietly ar rcs "$FOLDER/msan-root/lib/lib$1.a" ./*.o
}

# msan_pc NAME LIBRARIES: what pkg-config says.
msan_pc()
{
    say "Name: $1" "Description: $1" "Version: 1" "Libs: -L$FOLDER/msan-root/lib $2" \
        "Cflags: -I$FOLDER/msan-root/include" >"$FOLDER/msan-root/lib/pkgconfig/$1.pc"
}

# MemorySanitizer must see every write, those of the libraries too.
msan_libraries()
{
    local source LOG=$FOLDER/msan-setup.log
    local root=$FOLDER/msan-root
    if [[ -e $root/complete ]]; then
        return
    fi
    rm -rf "$root" "$FOLDER/msan-source"
    mkdir -p "$root"/{include,lib/pkgconfig} "$FOLDER/msan-source"
    APT=$FOLDER/msan-source/apt start_apt deb-src
    (
        cd "$FOLDER/msan-source"
        APT=$PWD/apt own_apt source --download-only zlib libdeflate cmocka
        for source in *.dsc; do
            quietly dpkg-source --no-check -x "$source" "${source%%_*}"
        done
        cd zlib
        msan_library z ./{adler32,compress,crc32,deflate,inflate,infback,inftrees,inffast}.c \
            ./{trees,uncompr,zutil}.c
        cp zlib.h zconf.h "$root/include"
        cd ../libdeflate
        msan_library deflate lib/*.c lib/x86/*.c
        cp libdeflate.h "$root/include"
        cd ../cmocka
        say '#define HAVE_MALLOC_H 1' '#define HAVE_INTTYPES_H 1' '#define HAVE_STDINT_H 1' \
            '#define HAVE_STRUCT_TIMESPEC 1' '#define HAVE_TIME_H 1' \
            '#define HAVE_SIGNAL_H 1' >config.h
        msan_library cmocka src/cmocka.c
        cp include/cmocka.h "$root/include"
    )
    msan_pc zlib -lz
    msan_pc libdeflate -ldeflate
    msan_pc cmocka -lcmocka
    touch "$root/complete"
}

msan()
{
    msan_libraries
    PKG_CONFIG_LIBDIR=$FOLDER/msan-root/lib/pkgconfig \
        clang_build msan -Dtool=disabled -Db_sanitize=memory "-Dc_args=-include $PWD/tests/support/msan.h"
    MSAN_OPTIONS=allocator_may_return_null=1 run_tests "$FOLDER/msan"
}

tsan()
{
    clang_build tsan -Dtool=disabled -Db_sanitize=thread
    TSAN_OPTIONS=halt_on_error=1:allocator_may_return_null=1 \
        run_tests "$FOLDER/tsan" threads parallel load_into transpose read_paths npz_batch npz_add_all deflate_parallel select model blocks
}

with_valgrind()
{
    build build "${OPTIONS[@]}" -Dtests=enabled
    run_tests build --wrap "valgrind -q --error-exitcode=99 --leak-check=full \
        --suppressions='$PWD/scripts/valgrind.supp'"
}

# ------------------------------------------------------------------------- reading the sources

INCLUDES=(-Iinclude -Isrc -Isrc/cli)
MACROS=(-D_FILE_OFFSET_BITS=64 -D_POSIX_C_SOURCE=200809L -DHAVE_LIBDEFLATE -DNYZ_BUILDING
    -DNYZ_SHARED)

# silent COMMAND ...: it must say nothing.
silent()
{
    local status=0 log=$FOLDER/findings-$$.log
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [[ -s $log || $status != 0 ]]; then
        head -n 100 "$log"
        return 1
    fi
}

# hint FILE: what an analyser has to know of error.c, but for that file itself and those that
# include none of ours, or something else first.
hint()
{
    if [[ $1 != src/base/error.c && $1 != src/base/huge_pages_linux.c && $1 != src/cli/* ]]; then
        say -include tests/support/analyzer.h # two lines
    fi
}

# One file at a time: -fanalyzer does not look from one to another.  What it takes for a leak in
# alloc.c is the address that default_alloc keeps, by memcpy, in front of what it hands out.
analyzer()
{
    local file failed=0
    local -a flags
    for file in $(sources); do
        mapfile -t flags < <(hint "$file")
        if [[ $file == src/base/alloc.c ]]; then
            flags+=(-Wno-analyzer-malloc-leak)
        elif [[ $file == *_linux.c ]]; then
            flags+=(-D_GNU_SOURCE=) # as in the file, before what a hint includes
        fi
        silent gcc -std=c11 -O1 -fanalyzer -fdiagnostics-path-format=none "${flags[@]}" \
            "${MACROS[@]}" "${INCLUDES[@]}" -c "$file" -o "$FOLDER/analyzer.o" || failed=1
    done
    return "$failed"
}

clang_tidy()
{
    local file failed=0
    local -a flags
    for file in $(sources); do
        mapfile -t flags < <(hint "$file")
        if [[ $file == *_linux.c ]]; then
            flags+=(-D_GNU_SOURCE=)
        fi
        clang-tidy --quiet "$file" -- -std=c11 "${flags[@]}" "${MACROS[@]}" "${INCLUDES[@]}" \
            >"$FOLDER/clang-tidy.log" 2>/dev/null </dev/null || failed=1
        cat "$FOLDER/clang-tidy.log"
    done
    return "$failed"
}

run_cppcheck()
{
    local files
    mapfile -t files < <(sources)
    silent cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr \
        --error-exitcode=1 --inconclusive "${MACROS[@]}" "${INCLUDES[@]}" "${files[@]}"
}

# ------------------------------------------------------------------------------------ choosing

run_tool()
{
    case $1 in
    asan-ubsan) asan_ubsan ;;
    msan) msan ;;
    tsan) tsan ;;
    valgrind) with_valgrind ;;
    analyzer) analyzer ;;
    clang-tidy) clang_tidy ;;
    cppcheck) run_cppcheck ;;
    *) die "usage: tests/tools.sh $(IFS='|' && say "${NAMES[*]}|all")" ;;
    esac
}

LOG=build/tools/setup.log
passed=0
failed=0
mkdir -p "$FOLDER"
if [[ ${1-} != all ]]; then
    NAMES=("${1-}")
fi
start_log
provide "$NEEDED_TO_BUILD"
for name in "${NAMES[@]}"; do
    provide "$(needed_for "$name")"
    begin=$SECONDS
    if (run_tool "$name"); then
        passed=$((passed + 1))
        say "$name: no finding ($((SECONDS - begin)) s)"
    else
        failed=$((failed + 1))
        say "$name: FAILED"
    fi
done
say "$passed passed, $failed failed"
exit $((failed > 0))
