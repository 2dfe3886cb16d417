# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used there
# What ./demo and ./check share: finding what is missing, installing it with the system's
# package manager, choosing a Python, building.  Sourced by both, in the project's folder.
#
# Nothing is installed except through the package manager.  What the tools print goes to a
# log in build/, and is shown only if they fail.

LOG=build/setup.log
PYTHON=
OPTIONS=(-Dexamples=true -Dtool=enabled) # of both commands
# ---------------------------------------------------------------------------- what is needed

# One line for each thing: what it is, how to see that it is there, and its packages for apt,
# dnf, pacman and brew ("-": comes with another one).
NEEDED_TO_BUILD='
C compiler | compiles c                          | gcc libc6-dev  | gcc glibc-devel       | gcc          | gcc
meson      | runs meson --version                | meson          | meson                 | meson        | meson
ninja      | runs ninja --version                | ninja-build    | ninja-build           | ninja        | ninja
pkg-config | runs pkg-config --version           | pkg-config     | pkgconf-pkg-config    | pkgconf      | pkg-config
zlib       | runs pkg-config --exists zlib       | zlib1g-dev     | pkgconfig(zlib)       | zlib         | zlib
libdeflate | runs pkg-config --exists libdeflate | libdeflate-dev | pkgconfig(libdeflate) | libdeflate   | libdeflate
nettle     | runs pkg-config --exists nettle     | nettle-dev     | pkgconfig(nettle)     | nettle       | nettle
utf8proc   | runs pkg-config --exists libutf8proc | libutf8proc-dev | pkgconfig(libutf8proc) | libutf8proc | utf8proc
NumPy      | python_with numpy                   | python3-numpy  | python3-numpy         | python-numpy | numpy
'

NEEDED_TO_TEST='
C++ compiler | compiles c++                         | g++              | gcc-c++           | gcc        | gcc
clang        | runs clang++ --version               | clang            | clang             | clang      | -
cmocka       | runs pkg-config --exists cmocka      | libcmocka-dev    | pkgconfig(cmocka) | cmocka     | cmocka
minizip      | runs pkg-config --exists minizip     | libminizip-dev   | pkgconfig(minizip) | minizip   | minizip
pytest       | python_with numpy,pytest,hypothesis  | python3-numpy python3-pytest python3-hypothesis | python3-numpy python3-pytest python3-hypothesis | python-numpy python-pytest python-hypothesis | -
Python.h     | python_headers                       | python3-dev      | python3-devel     | python     | -
venv         | system_python -m ensurepip --version | python3-venv     | python3           | python     | -
unzip        | runs unzip -v                        | unzip            | unzip             | unzip      | unzip
7z           | runs 7z i                            | p7zip-full       | p7zip-plugins     | 7zip       | p7zip
bsdtar       | runs bsdtar --version                | libarchive-tools | bsdtar            | libarchive | libarchive
zip          | runs zip -v                          | zip              | zip               | zip        | zip
busybox      | runs busybox                         | busybox          | busybox           | busybox    | -
valgrind     | runs valgrind --version              | valgrind         | valgrind          | valgrind   | -
strace       | runs strace -V                       | strace           | strace            | strace     | -
'

# needed_to_fuzz ENGINE: Debian's package of clang's runtime is named after its version.
needed_to_fuzz()
{
    local version
    version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    say "clang     | runs clang --version     | clang                             | clang              | clang       | -"
    say "libFuzzer | fuzzes                   | libclang-rt-${version:-14}-dev    | compiler-rt        | compiler-rt | -"
    if [[ $1 == afl ]]; then
        say "AFL++ | runs command -v afl-fuzz | afl++                             | american-fuzzy-lop | aflplusplus | afl++"
    fi
}

runs()
{
    "$@" >/dev/null 2>&1
}

# Compiles and links a program: the compiler is there, and the C library's headers, too.
compiles()
{
    local compiler=${CC:-cc}
    if [[ $1 == c++ ]]; then
        compiler=${CXX:-c++}
    fi
    # shellcheck disable=SC2086 # CC may hold options
    echo '#include <stdio.h>
        int main(void) { return puts("") < 0; }' |
        runs $compiler -x "$1" - -o /dev/null
}

# clang links a fuzz target.
fuzzes()
{
    echo 'int LLVMFuzzerTestOneInput(const unsigned char *bytes, unsigned long size)
        { return bytes == 0 && size > 0; }' |
        runs clang -fsanitize=fuzzer,address -x c - -o /dev/null
}

system_python()
{
    if [[ -x /usr/bin/python3 ]]; then
        runs /usr/bin/python3 "$@"
    else
        runs python3 "$@"
    fi
}

# Sets PYTHON to one that can import these modules.  The python3 of the PATH may be another one
# than the system's, without the system's NumPy.
python_with()
{
    local candidate
    for candidate in ${NYZ_PYTHON:+"$NYZ_PYTHON"} /usr/bin/python3 python3; do
        if runs "$candidate" -c "import $1"; then
            PYTHON=$candidate
            return 0
        fi
    done
    return 1
}

# Those of the Python that python_with has chosen.
python_headers()
{
    runs "$PYTHON" -c 'import os, sysconfig
open(os.path.join(sysconfig.get_path("include"), "Python.h"))'
}

# --------------------------------------------------------------------------------- installing

# One line for each argument.
say()
{
    printf '%s\n' "$@"
}

die()
{
    printf '%s\n' "$*" >&2
    exit 1
}

start_log()
{
    mkdir -p build
    : >"$LOG"
}

# Runs a command into the log, and shows the log's end if it fails.
quietly()
{
    printf '\n$ %s\n' "$*" >>"$LOG"
    if ! "$@" >>"$LOG" 2>&1 </dev/null; then
        tail -n 40 "$LOG" >&2
        die "failed: $* (the whole log: $PWD/$LOG)"
    fi
}

as_root()
{
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# apt, dnf, pacman or brew; nothing if there is none.
package_manager()
{
    local manager
    for manager in apt-get dnf pacman brew; do
        if command -v "$manager" >/dev/null; then
            say "$manager"
            return
        fi
    done
}

trim()
{
    local -a words
    read -ra words <<<"$1"
    say "${words[*]-}"
}

# Prints "what" (column 1) or the packages of a manager for each line whose test fails.
missing()
{
    local column=$1 what test apt dnf pacman brew
    while IFS='|' read -r what test apt dnf pacman brew; do
        # shellcheck disable=SC2086 # the test is a command with arguments
        if [[ -z $what ]] || $test; then
            continue
        fi
        case $column in
        apt-get) trim "$apt" ;;
        dnf) trim "$dnf" ;;
        pacman) trim "$pacman" ;;
        brew) trim "$brew" ;;
        *) trim "$what" ;;
        esac
    done <<<"$2"
}

install_packages()
{
    case $1 in
    apt-get)
        quietly as_root apt-get update
        quietly as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${@:2}"
        ;;
    dnf) quietly as_root dnf install -y "${@:2}" ;;
    pacman) quietly as_root pacman -S --noconfirm --needed "${@:2}" ;;
    brew) quietly brew install "${@:2}" ;;
    esac
}

# Installs what is missing of a list like the ones above.  `missing` runs in this shell, not in
# a subshell of `$( )`, so that python_with can leave its choice.
provide()
{
    local list=$1 manager packages what
    missing what "$list" >build/missing.txt
    if [[ ! -s build/missing.txt ]]; then
        return
    fi
    what=$(paste -sd, build/missing.txt | sed 's/,/, /g')
    manager=$(package_manager)
    if [[ -z $manager ]]; then
        packages=$(missing apt-get "$list" | paste -sd' ')
        die "missing: $what; please install them (Debian's packages: $packages)"
    fi
    read -ra packages <<<"$(missing "$manager" "$list" | grep -vx -e - | paste -sd' ')"
    if [[ $manager != brew && $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
        die "missing: $what; as root, please run: $manager install ${packages[*]}"
    fi
    say "installing: ${packages[*]-}"
    if [[ ${#packages[@]} -gt 0 ]]; then
        install_packages "$manager" "${packages[@]}"
    fi
    missing what "$list" >build/missing.txt
    if [[ -s build/missing.txt ]]; then
        die "still missing after the installation: $(paste -sd' ' build/missing.txt)"
    fi
}

# ----------------------------------------------------------------------------------- building

# build FOLDER OPTION ...: configures it, or configures it again where it lacks one of these
# options, and builds.
build()
{
    local folder=$1 option again=
    shift
    mkdir -p "$folder"
    touch "$folder/options.txt"
    for option in "$@"; do
        if ! grep -qxe "$option" "$folder/options.txt"; then
            again=--reconfigure
        fi
    done
    if [[ ! -f $folder/build.ninja ]]; then
        quietly meson setup "$folder" "$@"
    elif [[ -n $again ]]; then
        quietly meson setup --reconfigure "$folder" "$@"
    fi
    say "$@" >"$folder/options.txt.new"
    sort -u "$folder/options.txt" "$folder/options.txt.new" -o "$folder/options.txt"
    rm "$folder/options.txt.new"
    quietly meson compile -C "$folder"
}

# -------------------------------------------------------------------------- the newest NumPy

# The newest Python here that can make a virtual environment: the newest NumPy wants it.
newest_python()
{
    local candidate version
    for candidate in python3 /usr/bin/python3; do
        if runs "$candidate" -m ensurepip --version; then
            version=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
            say "$version $(command -v "$candidate")"
        fi
    done | sort -V | tail -n 1 | cut -d' ' -f2
}

# Fills build/venv with the newest NumPy.  Fails where PyPI cannot be reached, but for an
# environment that is there already: then that one is used.
make_venv()
{
    local python=build/venv/bin/python
    if ! runs "$python" -m pip --version; then
        rm -rf build/venv
        "$(newest_python)" -m venv build/venv >>"$LOG" 2>&1 || return 1
    fi
    if "$python" -m pip install --disable-pip-version-check --timeout 15 --retries 1 --upgrade \
        --only-binary numpy numpy pytest hypothesis >>"$LOG" 2>&1 </dev/null; then
        "$python" -m pip install --disable-pip-version-check --timeout 15 --retries 1 --upgrade \
            --only-binary ml_dtypes ml_dtypes >>"$LOG" 2>&1 </dev/null ||
            say "ml_dtypes cannot be installed: the tests that compare with it are skipped"
        return 0
    fi
    runs "$python" -c 'import numpy, pytest, hypothesis' || return 1
    say "PyPI cannot be reached: build/venv stays as it is"
}
