#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the fuzz targets of tests/fuzz/ with an engine, two processes at a time:
#
#     tests/fuzz.sh libfuzzer|afl [TARGET|all] [SECONDS] [--record]
#
# Each target runs for SECONDS (60) in one process; one that is named, in two.  What is found
# interesting stays in build/fuzz/corpus/TARGET, and the next run goes on from there.  Inputs that
# end badly come to build/fuzz/findings/TARGET: replay one with build/tests/fuzz/fuzz_TARGET FILE.
# --record replaces the line of each target in tests/RUNS.md.  Ends with one line, N passed, N
# failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

RECORD=
if [[ ${*: -1} == --record ]]; then
    RECORD=yes
    set -- "${@:1:$#-1}"
fi
ENGINE=${1-}
TARGET=${2:-all}
TIME=${3:-60}
ALL="pylit dtype npy npz write slice blocks names cast"
FOLDER=$PWD/build/fuzz
LOGS=$FOLDER/logs-$ENGINE
LOG=build/fuzz/setup-$ENGINE.log
BIN=$FOLDER/$ENGINE/tests/fuzz
JOBS=${NYZ_FUZZ_JOBS:-2}
DICTIONARY=$PWD/tests/fuzz/nyz.dict

# A library with the sanitizers, unsigned numbers that wrap included (wraps.txt: but for those
# that are to wrap).  Comparisons are not traced: with a dictionary and seeds, twice the speed is
# worth more.
SANITIZE=-fsanitize=address,undefined,unsigned-integer-overflow
SANITIZE+=" -fno-sanitize-recover=undefined,unsigned-integer-overflow"
SANITIZE+=" -fsanitize-ignorelist=$PWD/tests/wraps.txt"
COVERAGE="-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp"

# A small quarantine keeps the memory of a run in the processor's cache.
export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=2:abort_on_error=1:symbolize=0
export UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1:symbolize=0
export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1

usage()
{
    die "usage: tests/fuzz.sh libfuzzer|afl [${ALL// /|}|all] [SECONDS] [--record]"
}

# The longest input that is made.
longest()
{
    case $1 in
    pylit | dtype) say 512 ;;
    npy | slice) say 1024 ;;
    npz) say 2048 ;;
    write | blocks) say 256 ;;
    names | cast) say 512 ;;
    esac
}

# ------------------------------------------------------------------------------------ building

build_targets()
{
    local compiler=clang flags="$COVERAGE $SANITIZE" target
    local -a names=()
    if [[ $ENGINE == afl ]]; then
        compiler=afl-clang-fast
        flags=$SANITIZE
    fi
    for target in $ALL; do
        names+=("fuzz_$target")
    done
    if [[ ! -f $FOLDER/$ENGINE/build.ninja ]]; then
        CC=$compiler quietly meson setup "$FOLDER/$ENGINE" -Dbuildtype=debugoptimized \
            -Db_ndebug=false -Db_lundef=false -Ddefault_library=static -Dfuzzer=true \
            -Dtests=enabled -Dtool=disabled -Dexamples=false \
            -Dc_args="$flags" -Dc_link_args="$SANITIZE"
    fi
    quietly meson compile -C "$FOLDER/$ENGINE" "${names[@]}"
    quietly "$PYTHON" tests/fuzz/seeds.py "$FOLDER/seeds"
    for target in $ALL; do
        mkdir -p "$FOLDER/corpus/$target" "$FOLDER/findings/$target"
        if [[ -d tests/fuzz/found/$target ]]; then
            cp tests/fuzz/found/"$target"/* "$FOLDER/seeds/$target/"
        fi
    done
}

# ------------------------------------------------------------------------------------- running

# run_libfuzzer TARGET NUMBER: for TIME seconds, again and again where it ends early by a finding.
run_libfuzzer()
{
    local target=$1 end=$((SECONDS + TIME)) tries=0
    while ((SECONDS < end && tries < 20)); do
        "$BIN/fuzz_$target" -max_total_time=$((end - SECONDS)) -timeout=10 -rss_limit_mb=2048 \
            -entropic=0 -reload=10 -print_final_stats=1 -max_len="$(longest "$target")" \
            -dict="$DICTIONARY" -artifact_prefix="$FOLDER/findings/$target/" \
            "$FOLDER/corpus/$target" "$FOLDER/seeds/$target" </dev/null || true
        tries=$((tries + 1))
    done
}

# The queue of an earlier run is in the corpus; afl-fuzz begins a folder of its own.
prepare_afl()
{
    local target=$1
    rm -rf "$FOLDER/afl-in/$target" "$FOLDER/afl-out/$target"
    mkdir -p "$FOLDER/afl-in/$target" "$FOLDER/afl-out/$target"
    find "$FOLDER/seeds/$target" "$FOLDER/corpus/$target" -type f -size -5 \
        -exec cp -t "$FOLDER/afl-in/$target" {} + || true # a run beside this one may remove some
}

run_afl()
{
    local target=$1 number=$2 role=-S
    if [[ $number == 1 ]]; then
        role=-M
    fi
    afl-fuzz -i "$FOLDER/afl-in/$target" -o "$FOLDER/afl-out/$target" -x "$DICTIONARY" \
        -G "$(longest "$target")" -t 10000 -V "$TIME" "$role" "job$number" \
        -- "$BIN/fuzz_$target" </dev/null || true
}

# What a run has found interesting, and what ended badly, to the folders of libFuzzer.
collect_afl()
{
    local target=$1 file
    # those that it began with have ",orig:" in their names
    find "$FOLDER/afl-out/$target"/*/queue -name 'id:*' ! -name '*,orig:*' | while read -r file; do
        cp "$file" "$FOLDER/corpus/$target/afl-$(sha1sum <"$file" | cut -c1-40)"
    done
    for file in "$FOLDER/afl-out/$target"/*/{crashes,hangs}/id*; do
        if [[ -e $file ]]; then
            cp "$file" "$FOLDER/findings/$target/afl-$(sha1sum <"$file" | cut -c1-40)"
        fi
    done
}

run_one()
{
    if [[ $ENGINE == afl ]]; then
        run_afl "$@"
    else
        run_libfuzzer "$@"
    fi
}

# Two processes at a time: all targets side by side, or one target twice.
run_all()
{
    local target number
    for target in $TARGETS; do
        if [[ $ENGINE == afl ]]; then
            prepare_afl "$target"
        fi
        for ((number = 1; number <= COPIES; number++)); do
            while (($(jobs -rp | wc -l) >= JOBS)); do
                wait -n || true
            done
            run_one "$target" "$number" >"$LOGS/$target.$number.log" 2>&1 &
        done
    done
    wait
    if [[ $ENGINE == afl ]]; then
        for target in $TARGETS; do
            collect_afl "$target"
        done
    fi
}

# ----------------------------------------------------------------------------------- reporting

# How many inputs a target was run with.
executions()
{
    if [[ $ENGINE == afl ]]; then
        cat "$FOLDER/afl-out/$1"/*/fuzzer_stats 2>/dev/null |
            awk '$1 == "execs_done" { n += $3 } END { print n + 0 }'
    else
        cat "$LOGS/$1".*.log | awk '/^stat::number_of_executed_units/ { n += $2 }
            END { print n + 0 }'
    fi
}

record()
{
    if [[ -n $RECORD ]]; then
        sed -i "/ | $1 | $ENGINE | /d" tests/RUNS.md
        say "| $(date +%Y-%m-%d) | $(git rev-parse --short HEAD) | $1 | $ENGINE |\
 $((TIME * COPIES)) | $2 | $3 |" >>tests/RUNS.md
    fi
}

# A target passes that has run and found nothing.
report()
{
    local target count found passed=0 failed=0 cases=
    for target in $TARGETS; do
        count=$(executions "$target")
        found=$(find "$FOLDER/findings/$target" -type f -newer "$LOGS/begin" | wc -l)
        printf '%-6s %12d executions %4d findings\n' "$target" "$count" "$found"
        cases+="<testcase name=\"$target\"/>"
        if ((found > 0 || count == 0)); then
            failed=$((failed + 1))
            find "$FOLDER/findings/$target" -type f -newer "$LOGS/begin"
            tail -n 30 "$LOGS/$target".*.log
        else
            passed=$((passed + 1))
        fi
        record "$target" "$count" "$found"
    done
    say "<testsuite tests=\"$((passed + failed))\" failures=\"$failed\" errors=\"0\" skipped=\"0\">\
$cases</testsuite>" >"$FOLDER/report.xml"
    say "$passed passed, $failed failed"
    return $((failed > 0))
}

case $ENGINE in
libfuzzer | afl) ;;
*) usage ;;
esac
TARGETS=$TARGET
COPIES=$JOBS
if [[ $TARGET == all ]]; then
    TARGETS=$ALL
    COPIES=1
elif [[ " $ALL " != *" $TARGET "* ]]; then
    usage
fi

# In one piece, so that this file may change during an hour's run.
main()
{
    mkdir -p "$FOLDER"
    rm -rf "$FOLDER/report.xml" "$LOGS"
    start_log
    mkdir -p "$LOGS"
    provide "$NEEDED_TO_BUILD"
    provide "$(needed_to_fuzz "$ENGINE")"
    build_targets
    touch "$LOGS/begin"
    run_all
    report
    exit
}

main
