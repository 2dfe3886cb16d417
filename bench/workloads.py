# SPDX-License-Identifier: MIT
"""The rows of the benchmark's table.  A new one is a line in `workloads`, and an operation of
its name in worker_nyz.c, worker_baseline.c and worker.py where they have none yet."""

from dataclasses import dataclass, replace
from typing import Callable, Optional, Tuple

from data import MIB, network_sizes


@dataclass
class Workload:
    title: str
    operation: str
    data: str  # the folder or archive that it reads
    make: Callable  # makes it: make(data)
    size: int  # bytes of its arrays
    count: int = 1  # arrays
    must: Tuple[Optional[float], Optional[float]] = (None, None)  # x NumPy, 1 and 2 threads
    must_baseline: Optional[float] = None  # x baseline at most
    must_memory: Optional[float] = None  # peak over the data at most
    must_file: Optional[float] = None  # the file's size over NumPy's, at most
    must_own: Optional[float] = None  # x `own`
    own: Optional[str] = None  # an operation of ours to compare with
    own_ending: str = ""  # `ending` of its data
    own_words: str = "own load"  # what it is
    must_peers: Optional[float] = None  # x the fastest of `peers`
    peers: Tuple[str, ...] = ()  # libraries of worker_peers.py that take part
    must_beside: Optional[int] = None  # KiB of the peak beside `result`, at most
    result: Optional[int] = None  # bytes of it: a row of the table of memory, without times
    ending: str = ""  # of the data's name, for all but `own` and `peers`: another form of it
    numpy: Optional[str] = None  # NumPy's operation, where it is another one; "-": it has none
    baseline: Optional[str] = None  # the baseline's
    baseline_reads_same: bool = True  # the baseline reads the bytes that the others read
    target: str = ""  # the ending of the file that it writes
    library: str = "nyz"  # "nyz-zlib": built without libdeflate
    rounds: Optional[int] = None  # at most so many
    again: bool = False  # it has run once before the clock starts, as it always has for `peers`
    check: str = ""  # "crc" or "limits": with it and without it, instead of the contenders


def in_words(size):
    for unit, name in ((1 << 30, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if size >= unit:
            return "%.4g %s" % (size / unit, name)
    return "%d bytes" % size


class Sizes:
    """Bytes and counts, smaller by a divisor where --quick is asked for."""

    def __init__(self, quick):
        self.quick = quick

    def bytes(self, size):
        return size // 16 if self.quick else size

    def shape(self, *shape):
        """Half or a quarter of each extent, so that it has as many bytes less as `bytes` says."""
        by = 16 ** (1 / len(shape))
        return tuple(int(extent / by) if self.quick else extent for extent in shape)

    def count(self, count):
        return count // 10 if self.quick else count


def loads(sizes):
    big = sizes.bytes(1 << 30)
    yield Workload("load .npy, " + in_words(big), "load", "big",
                   lambda d: d.folder("big", "weights", [big]), big,
                   must=(0.95, 1.4), must_memory=1.03)
    for mib, must in ((2, 4.5), (4, 3), (8, 2.2), (16, 1.5)):
        count = max(1, sizes.bytes(192 * MIB) // (mib * MIB))
        name = "held_%d" % mib
        yield Workload("load %d .npy of %d MiB, all held" % (count, mib), "load", name,
                       lambda d, name=name, mib=mib, count=count:
                       d.folder(name, "weights", [mib * MIB] * count),
                       count * mib * MIB, count, must=(must, None), must_memory=1.03)
    small = sizes.count(10000)
    yield Workload("load {:,} .npy of 1 KiB".format(small), "load", "small",
                   lambda d: d.folder("small", "weights", [896] * small), small * 896, small,
                   must=(11, None), must_baseline=1.25, baseline="load_small")
    swapped = sizes.bytes(256 * MIB)
    yield Workload("load >f4 as native, " + in_words(swapped), "load_native", "swapped",
                   lambda d: d.folder("swapped", "weights", [swapped], ">f4"), swapped,
                   must=(1.2, 1.8), baseline_reads_same=False)
    yield Workload("save .npy, new file, " + in_words(swapped), "save", "one",
                   lambda d: d.folder("one", "weights", [swapped]), swapped,
                   must=(0.95, None), target=".npy")


def into(sizes):
    """Into memory that the caller has."""
    big, quarter = sizes.bytes(512 * MIB), sizes.bytes(256 * MIB)
    yield Workload("load f8 into the caller's f4, " + in_words(big), "load_as_f4", "doubles",
                   lambda d: d.folder("doubles", "doubles", [big]), big, must=(1.6, 2.3))
    yield Workload("load into a warm buffer, " + in_words(big), "load_into", "half",
                   lambda d: d.folder("half", "weights", [big]), big,
                   must_own=1.3, own="load", numpy="load")
    for words, shape in (("2-D", sizes.shape(8192, 8192)), ("4-D", sizes.shape(64, 128, 64, 128))):
        name = "fortran_" + words
        yield Workload("load Fortran into C order, %s f4, %s" % (words, in_words(quarter)),
                       "load_into", name,
                       lambda d, name=name, shape=shape:
                       d.folder(name, "weights", [quarter], fortran=shape), quarter,
                       must=(1.3, 2), baseline_reads_same=False)


def matrix(sizes):
    """Its bytes and shape: 1,024 columns of f4."""
    size = sizes.bytes(1 << 30)
    return size, (size // 4096, 1024)


def slices(sizes):
    """Parts of a matrix.  NumPy maps a .npy file, which is best for single columns, and loads a
    member; HDF5's is contiguous, zarr's in chunks of 256 KiB, neither compressed."""
    size, shape = matrix(sizes)
    percent, hundredth = shape[0] // 100 * 4096, (shape[0] + 99) // 100 * 4096
    rows = (("1 % of the rows", "slice_rows", percent, (1.2, 1.1), ("h5py", "zarr")),
            ("1 % of the rows, reversed", "slice_reversed", percent, (1.2, 1.2), ()),
            ("every 100th row", "slice_every", hundredth, (1, 1.2), ("h5py", "zarr")),
            ("10 of the columns", "slice_columns", shape[0] * 40, (None, 1.1), ("h5py", "zarr")),
            ("[1000:2000, 100:200]", "slice_block", 400000, (1, 1.3), ("h5py", "zarr")))
    for words, operation, part, must, peers in rows:
        yield Workload("slice of %s: %s" % (in_words(size), words), operation, "matrix",
                       lambda d: d.folder("matrix", "weights", [size], shape=shape), part,
                       must=(must[0], None), must_baseline=must[1], peers=peers,
                       must_peers=1 if peers else None)
    for words, operation, part in (("1 % of the rows", "member_rows", percent),
                                   ("10 of the columns", "member_columns", shape[0] * 40)):
        yield Workload("slice of a stored member of %s: %s" % (in_words(size), words),
                       operation, "matrix.npz",
                       lambda d: d.archive("matrix.npz", "weights", [size], shape=shape), part,
                       must=(5, None), must_baseline=1.1, rounds=5)


def maps(sizes):
    """Arrays that stay in their file.  A byte of each page is read."""
    size, shape = matrix(sizes)
    percent = shape[0] // 100 * 4096
    for words, operation, part, must in (("nothing is read", "map_open", 0, 2),
                                         ("1 % of the rows are read", "map_rows", percent, 1.1)):
        yield Workload("map .npy, %s: %s" % (in_words(size), words), operation, "matrix",
                       lambda d: d.folder("matrix", "weights", [size], shape=shape), part,
                       must=(1, None), must_baseline=must, again=True)
    yield Workload("map .npy, %s: 10 of the columns are copied" % in_words(size), "map_columns",
                   "matrix", lambda d: d.folder("matrix", "weights", [size], shape=shape),
                   shape[0] * 40, numpy="slice_columns", must=(0.95, None), must_baseline=1.1)
    filled = sizes.bytes(256 * MIB)
    yield Workload("map a new .npy and fill it, " + in_words(filled), "create_map", "filled",
                   lambda d: d.folder("filled", "weights", [filled]), filled,
                   must=(1, None), must_baseline=1.1, target=".npy")
    tensors = network_sizes(sizes.bytes(400 * MIB), 300)
    one = tensors[150]
    for words, operation in (("mapped", "map_one"), ("loaded", "read_one")):
        yield Workload("one of 300 tensors of %s, %s by name" % (in_words(sum(tensors)), words),
                       operation, "aligned.npz",
                       lambda d: d.aligned("aligned.npz", "weights", tensors), one, 300,
                       must=(1, None), peers=("safetensors",), must_peers=1, again=True)
    yield Workload("300 tensors of %s in memory, as verified views" % in_words(sum(tensors)),
                   "view_all", "aligned.npz",
                   lambda d: d.aligned("aligned.npz", "weights", tensors), sum(tensors), 300,
                   must=(1, None), must_baseline=1.1, peers=("safetensors", "spdl"), must_peers=1)


# x NumPy of a whole member in blocks, with one thread and two: what a prototype reached, and 5 and
# 10 % for noise.
BLOCKS = {"weights": (1.88, 3.6), "tokens": (2.5, 4.75), "labels": (3.8, 7.2)}


def parts_deflated(sizes):
    """One deflated member, a matrix with rows of 4 KiB.  In HDF5 and zarr it is deflated by zlib at
    the same level, in chunks of the same rows."""
    size = sizes.bytes(128 * MIB)
    rows = size // 4096
    for kind, itemsize in (("weights", 4), ("tokens", 8), ("labels", 1)):
        shape = (rows, 4096 // itemsize)
        common = {"data": kind + "_m.npz", "peers": ("h5py", "zarr"), "must_peers": 1,
                  "make": lambda d, kind=kind, shape=shape:
                  d.forms(kind + "_m.npz", kind, size, shape)}
        part = dict(common, operation="member_rows", size=rows // 100 * 4096, again=True)
        of = "%s, %s" % (kind, in_words(size))
        yield Workload("slice of a deflated member, %s: 1 %% of the rows" % of, ending=".plain",
                       **dict(part, must_peers=None), must=(1, None), must_baseline=1.1, rounds=5)
        yield Workload("slice of a member in blocks, %s: 1 %% of the rows" % of, **part,
                       must_baseline=1.15)
        yield Workload("slice of a fast member, %s: 1 %% of the rows" % of, ending=".fast", **part,
                       must_baseline=1.15)
        whole = dict(common, operation="read_all", size=size, baseline="read_matrix")
        yield Workload("member in blocks read, %s" % of, **whole, must=BLOCKS[kind],
                       must_baseline=1.05)
        yield Workload("fast member read, %s" % of, ending=".fast", **whole, must_baseline=1.05,
                       own="read_all", own_words="level 6 read", must_own=1)


FLOATS = (("float16", "bfloat16", "float64", "float8_e4m3fn", "float8_e5m2"))


def casts(sizes):
    """Numbers in memory, into memory that is there; the baseline is memcpy of half the bytes that
    are read and written."""
    count = sizes.bytes(128 * MIB) // 4
    pairs = [pair for kind in FLOATS for pair in ((kind, "float32"), ("float32", kind))]
    pairs += [(kind, "float32") for kind in ("uint8", "int8", "int32")] + [("float32", "int32")]
    widths = {"bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1, "float16": 2, "float64": 8,
              "float32": 4, "int32": 4, "int8": 1, "uint8": 1}
    for pair in pairs:
        numpy_lacks = "bfloat16" in pair or any("float8" in kind for kind in pair)
        yield Workload("cast %s to %s, %d Mi numbers" % (*pair, count >> 20), "cast",
                       "-".join(pair),
                       lambda d, pair=pair: d.numbers("-".join(pair), pair[0], count),
                       count * (widths[pair[0]] + widths[pair[1]]),
                       numpy="-" if numpy_lacks else None, baseline_reads_same=False,
                       must=(None if numpy_lacks else 0.95, None), must_baseline=1.2,
                       peers=("ml_dtypes",) if numpy_lacks else (),
                       must_peers=1 if numpy_lacks else None)


def memory_rows(sizes):
    """The peak beside the result; the arrays are of zeros, and take no room on the disk."""
    size = sizes.bytes(6 << 30)
    shape = (size // 4096, 1024)
    percent = shape[0] // 100 * 4096
    for words, operation, result in (("1 % of the rows", "slice_rows", percent),
                                     ("10 of the columns", "slice_columns", shape[0] * 40)):
        yield Workload("memory: slice of %s: %s" % (in_words(size), words), operation, "sparse",
                       lambda d: d.sparse("sparse", shape), result, result=result,
                       must_beside=1280, rounds=0)
    for words, operation, result in (("1 % of the rows", "member_rows", percent),
                                     ("streamed in pieces of 1 MiB", "stream_all", 0)):
        yield Workload("memory: stored member of %s: %s" % (in_words(size), words), operation,
                       "sparse.npz", lambda d: d.sparse_archive("sparse.npz", shape), result,
                       result=result, must_beside=1280, rounds=0,
                       numpy="-" if result else None)
    for row in parts_deflated(sizes):
        if row.data == "weights_m.npz" and ".fast" not in row.ending:
            yield replace(row, title="memory: " + row.title, result=row.size,
                          rounds=0, peers=(), must=(None, None), must_baseline=None,
                          must_peers=None, must_beside=1024 + 2 * 512)


def stored(sizes):
    one, many = sizes.bytes(512 * MIB), network_sizes(sizes.bytes(413 * 10**6))
    fifty = network_sizes(sizes.bytes(103 * 10**6), 50)
    single = sizes.bytes(256 * MIB)
    yield Workload("stored .npz read, one member, " + in_words(one), "read_all", "one.npz",
                   lambda d: d.archive("one.npz", "weights", [one]), one,
                   must=(2.2, 3.3), must_memory=1.03)
    yield Workload("stored .npz read, 200 members, " + in_words(sum(many)), "read_all",
                   "many.npz", lambda d: d.archive("many.npz", "weights", many), sum(many), 200,
                   must=(4.5, 7), must_memory=1.03)
    yield Workload("stored .npz written, one member, " + in_words(single), "write_stored", "one",
                   lambda d: d.folder("one", "weights", [single]), single,
                   must=(2.5, None), target=".npz")
    yield Workload("stored .npz written, 50 members, " + in_words(sum(fifty)), "write_stored",
                   "fifty", lambda d: d.folder("fifty", "weights", fifty), sum(fifty), 50,
                   must=(2.5, None), target=".npz")


def deflated(sizes):
    many = network_sizes(sizes.bytes(413 * 10**6))
    for kind, must, must_zlib in (("weights", (1.55, 3), (1.1, 2.1)),
                                  ("tokens", (2.9, 5), (1.25, 2.4))):
        name = kind + "_z.npz"
        for library, goals in (("nyz", must), ("nyz-zlib", must_zlib)):
            without = ", without libdeflate" if library == "nyz-zlib" else ""
            yield Workload("deflated .npz read, %s, 200 members%s" % (kind, without),
                           "read_all", name,
                           lambda d, name=name, kind=kind: d.archive(name, kind, many, True),
                           sum(many), 200, must=goals, library=library,
                           must_memory=1.03 if without else None)
    small = sizes.bytes(32 * MIB)
    for kind in ("weights", "tokens", "labels"):
        name = "small_" + kind
        yield Workload("deflated .npz written, %s, one member, %s" % (kind, in_words(small)),
                       "write_deflated", name,
                       lambda d, name=name, kind=kind: d.folder(name, kind, [small]), small,
                       must=(1.0, None), target=".npz", rounds=5)
    for kind in ("weights", "tokens", "labels"):
        name = "small_" + kind
        yield Workload("deflated .npz written in chunks, %s, one member, %s" % (
            kind, in_words(small)), "write_chunked", name,
                       lambda d, name=name, kind=kind: d.folder(name, kind, [small]), small,
                       must=(None, 1.6), must_file=1.003, numpy="write_deflated",
                       baseline="write_deflated", target=".npz", rounds=5)
    for kind, must, must_file in (("weights", (16, 26), 1), ("tokens", (14, None), 1.2),
                                  ("labels", (5, None), 1.3)):
        name = "small_" + kind
        yield Workload("fast .npz written, %s, one member, %s" % (kind, in_words(small)),
                       "write_fast", name,
                       lambda d, name=name, kind=kind: d.folder(name, kind, [small]), small,
                       must=must, must_file=must_file, numpy="write_deflated",
                       baseline="write_deflated", target=".npz", rounds=5)
    parts = network_sizes(small)
    yield Workload("deflated .npz written, weights, 200 members, " + in_words(sum(parts)),
                   "write_deflated", "parts",
                   lambda d: d.folder("parts", "weights", parts), sum(parts), 200,
                   must=(1.0, 1.7), target=".npz")


def tiny(sizes):
    """Members of 64 bytes."""
    count = sizes.count(10000)
    for title, operation, baseline, must in (
            ("list", "list_names", None, 40),
            ("open and read one by name", "read_one", None, 35),
            ("read all by name, in another order", "read_by_name", None, 60),
            ("read all", "read_all", "read_tiny", 80)):
        yield Workload("{:,} tiny members: {}".format(count, title), operation, "tiny.npz",
                       lambda d: d.archive("tiny.npz", "weights", [64] * count),
                       64 * count, count, must=(must, None), baseline=baseline)
    yield Workload("{:,} tiny members: write".format(count), "write_stored", "tiny",
                   lambda d: d.folder("tiny", "weights", [64] * count), 64 * count, count,
                   must=(8, None), baseline="write_tiny", target=".npz")


# Rows once more, with a check and without it: (the check, data, operation).
CHECKED = (("crc", "one.npz", "read_all"), ("crc", "many.npz", "read_all"),
           ("crc", "weights_z.npz", "read_all"), ("crc", "tokens_z.npz", "read_all"),
           ("limits", "small", "load"), ("limits", "tiny.npz", "list_names"),
           ("limits", "tiny.npz", "read_all"))


def checks(rows):
    for check, data, operation in CHECKED:
        row = next(row for row in rows if (row.data, row.operation) == (data, operation))
        yield replace(row, title="%s: %s" % (check.replace("crc", "CRC"), row.title), check=check,
                      must=(None, None), must_baseline=None, must_memory=None)


def workloads(quick):
    sizes = Sizes(quick)
    groups = (loads, into, slices, maps, stored, deflated, parts_deflated, casts, tiny,
              memory_rows)
    rows = [row for group in groups for row in group(sizes)]
    return rows + list(checks(rows))
