#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which lines and branches of the library the tests do not reach:
#
#     tests/coverage.sh [--accept]
#
# Builds build/coverage with gcc --coverage, runs the C tests and the Python tests, and compares
# what is not covered with tests/uncovered.txt, where each place has its reason
# (tests/uncovered.py).  Fails where something new is not covered, or a place of the list is
# covered now.  --accept only writes the list again, with "?" for the reasons that are missing.
# Debian's packages, gcc.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

FOLDER=build/coverage
start_log
provide "$NEEDED_TO_BUILD"
provide "$NEEDED_TO_TEST"
provide "gcovr | runs gcovr --version | gcovr"
# Threads count at the same time; without -pthread, as the loops are compiled, gcc would let them.
CC=gcc build "$FOLDER" "${OPTIONS[@]}" -Dtests=enabled -Db_coverage=true --buildtype=debug \
    -Dc_args=-fprofile-update=atomic
find "$FOLDER" -name '*.gcda' -delete
meson test -C "$FOLDER" --no-rebuild --print-errorlogs --timeout-multiplier 10
# Not test_exports.py, which sees gcov's symbols, and not test_faults.py: the calls that it lets
# fail are also those by which gcov writes its counts, and these are lost; nor what
# must take a few milliseconds, for counting takes some, too; nor where no file may become large,
# gcov's neither.
NYZ_LIB=$PWD/$FOLDER/libnyz.so NYZ_TOOL=$PWD/$FOLDER/nyz NYZ_BUILD=$PWD/$FOLDER \
    PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -m pytest -q -p no:cacheprovider python_check \
    --ignore python_check/test_exports.py --ignore python_check/test_faults.py \
    --deselect python_check/test_limits.py::test_no_header_of_1_mib_takes_50_ms \
    --deselect python_check/test_unpack.py::test_a_file_size_limit_exits_3_and_leaves_no_half_file
gcovr --root . --object-directory "$FOLDER" --filter 'src/(?!cli/)[^/]*/[^/]*\.[ch]$' \
    --exclude-unreachable-branches --json "$FOLDER/coverage.json" "$FOLDER"
"$PYTHON" tests/uncovered.py "$FOLDER/coverage.json" "$@"
