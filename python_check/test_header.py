# SPDX-License-Identifier: MIT
"""The public header is self-contained: in C99, C11, C++98 and C++17, with every warning, and after
NumPy's own headers."""

import os
import shutil
import subprocess
import sysconfig

import numpy as np
import pytest

WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
LANGUAGES = [("gcc", "c", "c99"), ("gcc", "c", "c11"), ("gcc", "c", "c17"), ("clang", "c", "c99"),
             ("clang", "c", "c11"), ("g++", "c++", "c++98"), ("g++", "c++", "c++17"),
             ("clang++", "c++", "c++98"), ("clang++", "c++", "c++17")]
PROGRAM = """
#include <nyz.h>
int use(void);
int use(void)
{
    nyz_array array;
    nyz_error err;
    return nyz_load("a.npy", NULL, &array, &err) == NYZ_OK ? array.ndim : nyz_version();
}
"""


def compile_text(compiler, language, standard, text, *more):
    path = shutil.which(compiler)
    if path is None:
        pytest.skip("%s is not installed" % compiler)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    command = [path, "-fsyntax-only", "-x", language, "-std=" + standard,
               "-I", os.path.join(root, "include"), *more, "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]


@pytest.mark.parametrize("compiler,language,standard", LANGUAGES,
                         ids=[c + "-" + s for c, _, s in LANGUAGES])
def test_alone(compiler, language, standard):
    # C++98 has no long long, which <stdint.h> brings; twice, for the include guard.
    more = ["-Wno-long-long", "-Wno-c++11-long-long"] if standard == "c++98" else []
    more = [m for m in more if "c++11" not in m or "clang" in compiler]
    compile_text(compiler, language, standard, "#include <nyz.h>\n" + PROGRAM, *WARNINGS, *more)


@pytest.mark.parametrize("language,compiler,standard", [("c", "gcc", "c11"), ("c++", "g++", "c++17")])
def test_after_numpys_headers(language, compiler, standard):
    python = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(python, "Python.h")):
        pytest.skip("Python.h is not installed")
    numpys = ("#include <Python.h>\n#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION\n"
              "#include <numpy/arrayobject.h>\n#include <numpy/npy_math.h>\n")
    folders = ["-isystem", python, "-isystem", np.get_include()]
    compile_text(compiler, language, standard, numpys + PROGRAM, *folders, *WARNINGS)
    compile_text(compiler, language, standard, PROGRAM + numpys, *folders)
