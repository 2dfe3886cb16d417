# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What bench/run and bench/check share; sourced by both, in the project's folder.
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

BENCH=build/bench
LOG=$BENCH/setup.log

# Ends the script with the reason, and the status that ./check counts as skipped.
skip()
{
    say "$1"
    exit 77
}

# build_library SOURCES FOLDER OPTION ...: the static library alone, in release mode.
build_library()
{
    local sources=$1 folder=$2
    shift 2
    if [[ ! -f $folder/build.ninja ]]; then
        quietly meson setup "$folder" "$sources" --buildtype=release -Dtool=disabled \
            -Dtests=disabled -Dexamples=false "$@"
    fi
    quietly meson compile -C "$folder" nyz:static_library
}

# link SOURCES LIBRARY_FOLDER PROGRAM ARGUMENT ...: a program with the library of that folder,
# against the nyz.h of those sources.
link()
{
    local sources=$1 folder=$2 program=$3 needs
    shift 3
    needs=$(PKG_CONFIG_PATH=$folder/meson-uninstalled pkg-config --static --libs nyz)
    # shellcheck disable=SC2086 # options, and CC may hold some, too
    quietly ${CC:-cc} -std=c11 -O3 -D_GNU_SOURCE -Wall -Wextra -I"$sources/include" \
        -o "$program" "$@" "$folder/libnyz.a" $needs
}

# Prints the hash of a commit that is here.
commit_of()
{
    git rev-parse --verify --quiet "$1^{commit}" 2>/dev/null
}

# sources_of HASH: unpacks an earlier commit, in place of another, and prints the directory.
sources_of()
{
    local folder=$BENCH/base-${1:0:12}
    if [[ ! -d $folder ]]; then
        rm -rf "$BENCH"/base-*
        mkdir -p "$folder.new"
        git archive "$1" | tar -x -C "$folder.new"
        mv "$folder.new" "$folder"
    fi
    say "$folder"
}

# build_worker_of DIRECTORY: the same of an earlier commit, of whatever files it was made of.
build_worker_of()
{
    build_library "$1" "$1/build"
    link "$1" "$1/build" "$1/worker" "$1"/bench/worker*.c "$1"/bench/*_{read,write}.c -ldeflate -lz
}

# build_worker: the library and the program `worker`; WORKER is what that is made of.
build_worker()
{
    WORKER=(bench/worker*.c bench/baseline_{read,write}.c -ldeflate -lz)
    if pkg-config --exists libisal; then
        WORKER+=(-DHAVE_ISAL -lisal)
    fi
    build_library . "$BENCH/library"
    link . "$BENCH/library" "$BENCH/worker" "${WORKER[@]}"
}

# make_peers OPTION ...: fills a virtual environment with the libraries that bench/run compares
# with.  With --quick, those that are there take part.  What cannot be installed is said.
PEERS=$BENCH/peers
make_peers()
{
    local package
    if [[ " $* " != *' --'@(quick|list)' '* ]]; then
        if ! runs "$PEERS/bin/python" -m pip --version; then
            rm -rf "$PEERS"
            "$(newest_python)" -m venv "$PEERS" >>"$LOG" 2>&1 || return 0
        fi
        for package in numpy h5py zarr safetensors spdl-io ml_dtypes; do
            "$PEERS/bin/python" -m pip install --disable-pip-version-check --timeout 15 \
                --retries 1 --only-binary :all: "$package" >>"$LOG" 2>&1 </dev/null ||
                say "$package cannot be installed: it takes no part" >&2
        done
    elif [[ ! -x $PEERS/bin/python ]]; then
        say "other libraries take no part: bench/run without --quick installs them" >&2
    fi
}
