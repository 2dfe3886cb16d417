#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The damage sweep (tests/fuzz/damage.c): small files, cut at every length and with every bit
# flipped, through every entry point, under the sanitizers.
#
#     tests/damage.sh [--record]
#
# --record replaces the line in tests/RUNS.md.  Ends with one line, N passed, N failed: files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

FILES="
bool_2.npy date_25us.npy descr_field_list.npy descr_title_none.npy descr_top_subarray.npy
header_brackets.npy header_joined.npy numpy_1_13.npy numpy_1_23.npy python2_long_1.npy
shape_3d_f.npy shape_3x0_f.npy struct_aligned.npy type_U3.npy type_f2_big.npy version_3.npy
comment_1.npz deflate_blocks.npz deflate_flushed.npz descriptor_32.npz descriptor_64.npz
directory_order.npz folders.npz gaps.npz names_cp437.npz new_empty.npz objects.npz
plain_deflated.npz plain_stored.npz prefix.npz raw_members.npz zip64_central.npz zip64_end.npz
"
LOG=build/damage.log
export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=4
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# Shows how a file was damaged last, where the sweep ended badly.
report_failure()
{
    say "$2: damaged, it ends badly; the last one was"
    NYZ_DAMAGE_VERBOSE=1 "$1" build "$2" 2>&1 | tail -n 30 || true
}

sweep()
{
    local name file program passed=0 failed=0 damaged
    for name in $FILES; do
        file=fixtures/good/$name
        program=build/asan/tests/damage_${name##*.}
        if "$program" build "$file" >>build/damage.txt 2>>"$LOG"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            report_failure "$program" "$file"
        fi
    done
    damaged=$(awk '{ n += $2 } END { print n + 0 }' build/damage.txt)
    cat build/damage.txt
    if [[ $1 == --record ]]; then
        sed -i "/ | damage | /d" tests/RUNS.md
        say "| $(date +%Y-%m-%d) | $(git rev-parse --short HEAD) | damage | $passed files |\
 $SECONDS | $damaged | $failed |" >>tests/RUNS.md
    fi
    say "$damaged damaged files" "$passed passed, $failed failed"
    return $((failed > 0))
}

mkdir -p build
start_log
: >build/damage.txt
provide "$NEEDED_TO_BUILD"
build build/asan "${OPTIONS[@]}" -Dtests=enabled -Db_sanitize=address,undefined \
    -Db_lundef=false
SECONDS=0
sweep "${1-}"
