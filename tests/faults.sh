#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs each command of the tool on a failing machine:
#
#     tests/faults.sh [short] [WORD]      # WORD: only lines of COMMANDS with it
#
# The n-th allocation fails, once and from there on (tests/fault/fault_malloc.c); the address space ends
# (ulimit -v); the n-th system call fails (strace); standard output is full.  Each time the tool
# must do its work as if nothing were, or exit with 3 and one line on standard error (from there
# on: a line for each file or member that it cannot read); it leaves no file of its own, and OUT is
# the old one or the new one, whole.  What --json prints is JSON, or of one file's digests nothing.
# "short" runs the lines of COMMANDS that end in #, and takes one n in several.
#
# NYZ_TOOL: the tool; else build/nyz.  For Linux and glibc.  Ends with one line: N runs, N failed;
# or with NOT RUN: and why, and status 77.
set -euo pipefail
shopt -s globstar nullglob
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A command a line, as given to the tool.  What it writes is out.npz, out.npy, files in a folder
# out, or standard output.  Standard input is in.npz.  With --force there are old files in out.
COMMANDS='
ls in.npz two.npy #
ls --json in.npz two.npy #
show in.npz
show --all in.npz:arr_1
show - #
show in.npz:arr_1[::-1] #
digest two.npy:1[...]
ls prefix.npz
digest in.npz two.npy #
digest --json stored.npz
digest --json in.npz two.npy
cp in.npz out.npz #
cp --store in.npz out.npz
cp --level fast in.npz out.npz
cp --level 1 --blocks stored.npz out.npz
cp in.npz:arr_1 out.npy
cp in.npz:arr_1[1:] out.npz #
cp two.npy out.npy #
cp two.npy out.npz
cp one.npy out.npy
cp in.npz -
cp - -
cp two.npy -
pack out.npz one.npy x=one.npy #
pack --level 9 out.npz one.npy x=one.npy
pack --level 1 --blocks --any out.npz prefix.npz stored.npz
pack --any out.npz x=- -d . prefix.npz
pack - one.npy x/y=one.npy
unpack in.npz -d out #
unpack --force in.npz -d out
unpack --force deep.npz -d out
unpack stored.npz arr_1 -d out
unpack - -d out
'

# Calls about files.  Those about memory fail as malloc does.
CALLS='open openat openat2 creat read pread64 readv write pwrite64 writev lseek stat fstat newfstatat
statx fsync fdatasync fchmod fchmodat close rename renameat renameat2 unlink unlinkat fallocate
ftruncate access faccessat faccessat2 readlink readlinkat fcntl mkdir mkdirat linkat symlinkat
getdents64 flock fstatfs flistxattr fgetxattr fsetxattr fremovexattr fchown'

TOOL=$(realpath "${NYZ_TOOL:-build/nyz}")
FIXTURES=$PWD/fixtures/good
SHIM=$PWD/tests/fault/fault_malloc.c
LONG=yes
runs=0
failed=0

if [[ ${1-} == short ]]; then
    LONG=
    shift
fi
ONLY=${1-}

not_run()
{
    echo "NOT RUN: $*"
    exit 77
}

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
LOG=$WORK/log
mkdir "$LOG" "$WORK/files"
cd "$WORK/files"

make_files()
{
    cp "$FIXTURES/prefix.npz" prefix.npz
    cp "$FIXTURES/bool_2.npy" one.npy
    cat "$FIXTURES/bool_2.npy" "$FIXTURES/date_25us.npy" >two.npy
    "$TOOL" cp two.npy stored.npz
    "$TOOL" cp --level 6 two.npy in.npz
    "$TOOL" pack deep.npz one.npy a/b/one.npy=one.npy
}

# Puts the old OUT there, or none.
reset_out()
{
    [[ ! -e out ]] || rm -rf out
    if [[ $old == no ]]; then
        rm -f out.npz out.npy
    else
        echo old >out.npz
        echo old >out.npy
        if [[ " ${COMMAND[*]} " == *" --force "* ]]; then
            cp -r "$LOG/good.folder" out
            find out -type f -exec cp out.npy {} \;
        fi
    fi
}

# Whether what is there, $1, is the old file.
is_old()
{
    local text=
    if [[ $old == yes ]]; then
        [[ -f $1 ]] && { read -r -N 10 text <"$1" || true; } && [[ $text == old$'\n' ]]
    else
        [[ ! -e $1 ]]
    fi
}

# Whether all that is in the folder out is whole, the old file or the new one, and no file is gone;
# with status 0, all is new.
is_folder_fine()
{
    local file
    if [[ ! -d $LOG/good.folder ]]; then
        [[ ! -e out ]]
        return
    fi
    if (($1 == 0)); then
        diff -rq out "$LOG/good.folder" >/dev/null
        return
    fi
    while read -r file; do
        [[ -e $LOG/good.folder/$file ]] || return 1
    done < <(find out -type f ! -name '.nyz-*' -printf '%P\n' 2>/dev/null)
    while read -r file; do
        cmp -s "out/$file" "$LOG/good.folder/$file" || is_old_member "out/$file" || return 1
    done < <(find "$LOG/good.folder" -type f -printf '%P\n')
}

is_old_member()
{
    if [[ " ${COMMAND[*]} " == *" --force "* ]]; then
        is_old "$1"
    else
        [[ ! -e $1 ]]
    fi
}

# Whether two files are the same.  An archive may be another one with the same arrays: where it is
# not known that one can seek, the sizes stand behind the data.
same()
{
    cmp -s "$1" "$2" || {
        [[ $(head -c 2 "$1") == PK ]] && cmp -s <("$TOOL" digest - <"$1") <("$TOOL" digest - <"$2")
    }
}

# Whether the output is JSON as far as it could be written; `digest --json FILE` may print nothing.
is_json()
{
    [[ " ${COMMAND[*]} " != *" --json "* || $1 == *write* || $1 == *full* ]] ||
        [[ ${COMMAND[0]} == digest && ! -s $LOG/out ]] ||
        python3 -I -S -c 'import json, sys; json.load(open(sys.argv[1]))' "$LOG/out" 2>/dev/null
}

# Checks the run whose status is $1; the rest says what failed.
check_run()
{
    local status=$1 what="${*:2}" out line clear=0 wrong=
    local -a lines left
    runs=$((runs + 1))
    mapfile -t lines <"$LOG/err"
    case $status in
    0)
        same "$LOG/out" "$LOG/good.out" || wrong="status 0, another output"
        [[ ! -s $LOG/err ]] || wrong="status 0, but it complains"
        ;;
    3)
        for line in "${lines[@]}"; do
            [[ $line != "nyz: "*[a-z]* ]] || clear=$((clear + 1))
        done
        # writing to standard error may have failed as well
        if ((${#lines[@]} != clear || clear == 0)) && [[ $what != *"write"*" on" || -s $LOG/err ]]; then
            wrong="no clear line on standard error"
        elif ((clear > 1)) && [[ $what != *" on" ]]; then
            wrong="$clear lines on standard error"
        fi
        ;;
    *) wrong="status $status" ;;
    esac
    for out in out.npz out.npy; do
        if [[ $status == 0 ]] || [[ ${lines[*]} == *"is in its place"* ]]; then
            if [[ -e $LOG/good.$out ]]; then
                same "$out" "$LOG/good.$out" || wrong="status $status, and $out is not the new one"
                continue
            fi
        fi
        is_old "$out" || wrong="status $status, and $out is not the old one"
    done
    is_json "$what" || wrong="status $status, and the output is not JSON"
    is_folder_fine "$status" || wrong="status $status, and a file in out is not whole"
    left=(**/.*nyz-*)
    if ((${#left[@]} > 0)); then
        # (where nothing can be removed at all, it has to)
        [[ $what == *" of unlink"*" on" ]] || wrong="a temporary file is left"
        rm -f "${left[@]}"
    fi
    if [[ $wrong ]]; then
        failed=$((failed + 1))
        echo "FAILED: nyz ${COMMAND[*]}: $what: $wrong: $(head -c 300 "$LOG/err" | tr '\n' '|')"
    fi
}

# Runs a command line with this command behind it.  Only its own messages count.
run()
{
    local status=0
    "$@" "$TOOL" "${COMMAND[@]}" <in.npz >"$LOG/out" 2>"$LOG/err" || status=$?
    return "$status"
}

# What it does on a machine that works.
do_well()
{
    rm -rf out.npz out.npy out "$LOG/good.folder"
    run env || { echo "the machine works, and nyz ${COMMAND[*]} fails" && exit 1; }
    cp "$LOG/out" "$LOG/good.out"
    rm -f "$LOG"/good.out.np?
    if [[ -d out ]]; then
        cp -r out "$LOG/good.folder"
    fi
    for out in out.npz out.npy; do
        if [[ -e $out ]]; then
            cp "$out" "$LOG/good.$out"
        fi
    done
}

# Of numbers up to $1: all, or about $2 of them.
numbers()
{
    local step=1
    if [[ ! $LONG && $1 -gt $2 ]]; then
        step=$((($1 + $2 - 1) / $2))
    fi
    seq 1 "$step" "$1"
}

fail_memory()
{
    local n total status on
    reset_out
    run env LD_PRELOAD="$LOG/shim.so" NYZ_FAIL_REPORT="$LOG/report"
    total=$(<"$LOG/report")
    for n in $(numbers "$total" 64); do
        for on in "" ${LONG:+on}; do
            reset_out
            status=0
            run env LD_PRELOAD="$LOG/shim.so" NYZ_FAIL_AT="$n" ${on:+NYZ_FAIL_ON=1} || status=$?
            check_run "$status" "allocation $n of $total $on"
        done
    done
}

# Less and less address space, from what is enough down to what the loader needs.
fail_space()
{
    local kib status=0 step=128 most=262144
    [[ $LONG ]] || step=8192 most=65536
    for ((kib = most; kib > 0; kib -= status == 0 && kib > 40960 ? 16384 : step)); do
        reset_out
        status=0
        run limited "$kib" || status=$?
        if ((status == 127)) || grep -q "shared lib" "$LOG/err"; then
            return
        fi
        check_run "$status" "$kib KiB of address space on"
    done
}

limited()
{
    (
        ulimit -v "$1"
        exec "${@:2}"
    )
}

# fail_call NAME FIRST LAST: its calls of these numbers.
fail_call()
{
    local n error on status most=2 errors="EIO ENOSPC EDQUOT"
    if [[ ! $LONG || $1 =~ stat|access|link|seek|fcntl|read|dents ]]; then
        errors=EIO # these do not take any room
    fi
    [[ $1 != read ]] || most=64 # each may be the one that says whether more follows
    for n in $(numbers $(($3 - $2 + 1)) "$most"); do
        n=$((n + $2 - 1))
        for error in $errors; do
            for on in "" ${LONG:+on}; do
                reset_out
                status=0
                run strace -f -qq -o "$LOG/trace" -e "trace=$1" \
                    -e "inject=$1:error=$error:when=$n${on:++}" || status=$?
                check_run "$status" "$error of $1 $n $on"
            done
        done
    done
}

# Counts the calls, those of the loader apart: the program's begin with its first file.
fail_calls()
{
    local name before total
    reset_out
    run strace -f -qq -o "$LOG/all" || true
    sed -i 's/^[0-9]* *//' "$LOG/all"
    awk -v calls="$CALLS" '
        BEGIN { split(calls, names, "[ \n]+"); for (i in names) known[names[i]] = 1 }
        /"(in|one|two|stored|prefix|deep|out)\.np|(read|fstat)\(0,|newfstatat\(0,/ && !/^execve/ { begun = 1 }
        match($0, /^[a-z0-9_]+\(/) {
            name = substr($0, 1, RLENGTH - 1)
            if (name in known) { total[name]++; if (!begun) before[name]++ }
        }
        END { for (name in total) print name, before[name] + 0, total[name] }' "$LOG/all" |
        sort >"$LOG/counts"
    while read -r name before total <&3; do
        if ((total > before)); then
            fail_call "$name" $((before + 1)) "$total"
        fi
    done 3<"$LOG/counts"
}

fill_stdout()
{
    local status=0
    if [[ -s $LOG/good.out ]]; then
        reset_out
        "$TOOL" "${COMMAND[@]}" <in.npz >/dev/full 2>"$LOG/err" || status=$?
        check_run "$status" "standard output is full"
        if ((status != 3)); then
            failed=$((failed + 1))
            echo "FAILED: nyz ${COMMAND[*]} >/dev/full: status $status"
        fi
    fi
}

[[ -f $SHIM ]] || exit 1 # moved: that is no reason to run nothing
[[ -x $TOOL ]] || not_run "$TOOL is not built"
command -v strace >/dev/null || not_run "strace is not installed"
command -v python3 >/dev/null || not_run "python3 is not installed"
strace -o /dev/null true 2>/dev/null || not_run "strace may not trace here"
[[ -e /dev/full ]] || not_run "there is no /dev/full"
"${CC:-cc}" -shared -fPIC -O2 -o "$LOG/shim.so" "$SHIM" 2>/dev/null ||
    not_run "no C compiler, or not glibc"

# A copy, so that the tool may be rebuilt meanwhile.
cp "$TOOL" "$WORK/nyz"
TOOL=$WORK/nyz
make_files
line=0
while read -ra COMMAND <&4; do
    if [[ ${#COMMAND[@]} == 0 || (-n $ONLY && ! " ${COMMAND[*]} " == *" $ONLY "*) ]]; then
        continue
    fi
    if [[ ${COMMAND[-1]} == "#" ]]; then
        unset "COMMAND[-1]"
    elif [[ ! $LONG ]]; then
        continue
    fi
    line=$((line + 1))
    do_well
    for old in yes no; do
        # without an OUT, or in short, one of the two is enough
        if [[ $old == no && (! $LONG || ! " ${COMMAND[*]} " == *" out."*) ]]; then
            continue
        fi
        fail_memory
        fail_space
        fail_calls
        fill_stdout
    done
    [[ ! $LONG ]] || echo "nyz ${COMMAND[*]}: $runs runs so far, $failed failed"
done 4<<<"$COMMANDS"
((line > 0)) || not_run "no command has the word $ONLY"
echo "$runs runs, $failed failed"
((failed == 0))
