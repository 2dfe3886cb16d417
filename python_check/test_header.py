# SPDX-License-Identifier: MIT
"""The public headers are self-contained: in C99, C11, C++98 and C++17, with every warning, and after
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


def compiled(compiler, language, standard, text, *more):
    """What the compiler says; nothing: no error, and no warning."""
    path = shutil.which(compiler)
    if path is None:
        pytest.skip("%s is not installed" % compiler)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    command = [path, "-S", "-o", os.devnull, "-x", language, "-std=" + standard,
               "-I", os.path.join(root, "include"), *more, "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr


def compile_text(compiler, language, standard, text, *more):
    assert compiled(compiler, language, standard, text, *more) == ""


HEADERS = [["nyz.h"], ["nyz_file.h"], ["nyz_container.h"], ["nyz_model.h"],
           ["nyz_container.h", "nyz.h", "nyz_file.h", "nyz_container.h"]]


@pytest.mark.parametrize("headers", HEADERS, ids="-".join)
@pytest.mark.parametrize("compiler,language,standard", LANGUAGES,
                         ids=[c + "-" + s for c, _, s in LANGUAGES])
def test_alone(compiler, language, standard, headers):
    # C++98 has no long long, which <stdint.h> brings; twice, for the include guard.
    more = ["-Wno-long-long", "-Wno-c++11-long-long"] if standard == "c++98" else []
    more = [m for m in more if "c++11" not in m or "clang" in compiler]
    compile_text(compiler, language, standard, "".join("#include <%s>\n" % h for h in headers) + PROGRAM,
                 *WARNINGS, *more)


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


CALLER = """
#include <nyz_container.h>
void use(nyz_array *a, nyz_error *err);
void use(nyz_array *a, nyz_error *err)
{
    %s
}
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("call,warning", [
    ("(void)(nyz_load(NULL, NULL, a, err) == NYZ_OK);", "nonnull"),
    ("(void)(nyz_load(\"a\", NULL, NULL, err) == NYZ_OK);", "nonnull"),
    ("(void)nyz_npz_add(NULL, NULL, a, NULL, err);", "nonnull"),
    ("(void)nyz_dtype_equal(&a->dtype, NULL);", "nonnull"),
    ("nyz_load(\"a\", NULL, a, err);", "unused-result"),
    ("nyz_file *f; (void)(nyz_file_open(NULL, NULL, &f, err) == NYZ_OK);", "nonnull"),
    ("nyz_file *f; (void)(nyz_file_open_stream_with(NULL, NULL, 0, NULL, &f, err) == NYZ_OK);", "nonnull"),
    ("nyz_file *f; nyz_file_open_with(\"a\", NULL, 0, NULL, &f, err);", "unused-result"),
    ("(void)nyz_file_find(NULL, \"w\");", "nonnull")])
def test_a_callers_mistakes_give_warnings(compiler, call, warning):
    said = compiled(compiler, "c", "c11", CALLER % call, "-Wall", "-Werror")
    assert "-W" + warning in said or "[-Werror=%s" % warning in said
    # and nothing where the macros are defined as nothing, nor within the library
    none = "#define NYZ_NONNULL(numbers)\n#define NYZ_NODISCARD\n"
    for before in (none, "#define NYZ_BUILDING\n"):
        assert compiled(compiler, "c", "c11", before + CALLER % call, "-Wall", "-Werror") == ""


@pytest.mark.parametrize("call", [
    "nyz_array_free(NULL); nyz_dtype_free(NULL); nyz_buffer_free(NULL); nyz_npz_close(NULL);",
    "nyz_npz_discard(NULL); nyz_output_discard(NULL); nyz_arrays_free(NULL);",
    "(void)(nyz_load(\"a\", NULL, a, NULL) == NYZ_OK); (void)nyz_arrays_count(NULL);",
    "if (nyz_load_mem(NULL, 0, NULL, a, err) != NYZ_OK) return;",
    "nyz_file *f; if (nyz_file_open_mem(NULL, 0, NULL, &f, err) != NYZ_OK) nyz_file_close(NULL);",
    "nyz_file *f; if (nyz_file_open_with(\"a\", NULL, 0, NULL, &f, NULL) != NYZ_OK) nyz_item_free(NULL);",
    "if (nyz_array_wrap(NULL, &a->dtype, 0, NULL, NULL, a, err) != NYZ_OK) return;"])
def test_null_is_taken_where_the_manual_says_so(call):
    compile_text("gcc", "c", "c11", CALLER % call, "-Wall", "-Werror")
