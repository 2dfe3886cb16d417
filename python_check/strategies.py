# SPDX-License-Identifier: MIT
"""Arrays of every dtype, shape and memory order, for hypothesis."""

import string

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fixture_numpy import UNITS, counting

COMMON = settings(max_examples=150, deadline=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))
FEW = settings(COMMON, max_examples=30)

# ----------------------------------------------------------------------- dtypes and arrays

NUMBERS = ["b1", "i1", "u1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "f16", "c8",
           "c16", "c32"]
marks = st.sampled_from("<>")
# Not the code points on whose repr Pythons differ: docs/format.md 1.3.
letters = st.sampled_from(string.ascii_letters + string.digits + string.punctuation +
                          " \n\r\t\0\x1b\x7f\x80\xa0\xad\xe9\xff\u0416\u6e29\u200b\U0001f600")
names = st.text(letters, max_size=6)


@st.composite
def scalars(draw):
    kind = draw(st.integers(0, 5))
    mark = draw(marks)
    if kind <= 2:
        return np.dtype(mark + draw(st.sampled_from(NUMBERS)))
    if kind == 3:
        return np.dtype("%s%s8[%d%s]" % (mark, draw(st.sampled_from("mM")),
                                         draw(st.integers(1, 30)), draw(st.sampled_from(UNITS))))
    if kind == 4:
        return np.dtype(mark + draw(st.sampled_from("mM")) + "8")
    return np.dtype("%s%s%d" % (mark, draw(st.sampled_from("SUV")), draw(st.integers(1, 9))))


def field(draw, inner):
    part = draw(inner)
    shape = draw(st.sampled_from([None, None, None, (1,), (2,), (2, 3), (0,)]))
    return part if shape is None else np.dtype((part, shape))


@st.composite
def structs(draw, inner):
    """Fields in the order of their offsets, with gaps, and with titles."""
    found = draw(st.lists(names, min_size=0, max_size=4, unique=True))
    parts = {"names": found, "formats": [], "offsets": [], "titles": [], "itemsize": 0}
    end = 0
    for i, name in enumerate(found):
        part = field(draw, inner)
        if name == "" and part.type is np.void and part.names is None:
            part = np.dtype("<i4")  # else it would be a gap; for NumPy any sub-array is one, too
        start = end + draw(st.sampled_from([0, 0, 0, 1, 5]))
        parts["formats"].append(part)
        parts["offsets"].append(start)
        parts["titles"].append("Title %d of them" % i if draw(st.integers(0, 5)) == 0 else None)
        end = start + part.itemsize
    parts["itemsize"] = end + draw(st.sampled_from([0, 0, 3]))
    if all(t is None for t in parts["titles"]):
        del parts["titles"]
    return np.dtype(parts)


dtypes = st.recursive(scalars(), structs, max_leaves=6)
shapes = st.lists(st.sampled_from([0, 1, 1, 2, 3, 3, 7]), max_size=4).map(tuple)


@st.composite
def arrays(draw, contiguous=False):
    dtype, shape = draw(dtypes), draw(shapes)
    layout = draw(st.integers(0, 1 if contiguous or dtype.names is not None else 3))
    array = counting(dtype, shape)
    if layout == 1:
        return counting(dtype, shape[::-1]).T
    if layout == 2 and shape:
        return counting(dtype, shape[:-1] + (2 * shape[-1],))[..., ::2]
    if layout == 3 and shape:
        return array[::-1].swapaxes(0, -1)
    return array
