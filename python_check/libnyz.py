# SPDX-License-Identifier: MIT
"""libnyz for Python's tests, through ctypes: the structs of nyz.h as they lie in memory, and
the calls that the tests need, with NumPy arrays on this side.

The library's path is NYZ_LIB, or build/libnyz.so.  Arrays go over by their memory, and come
back as copies, so that nothing here depends on who frees what."""

import ctypes as c
import os

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PATH = os.environ.get("NYZ_LIB", os.path.join(ROOT, "build", "libnyz.so"))
MAX_DIMS = 64

KEEP_ORDER, C_ORDER, F_ORDER = range(3)
DEFAULT_BYTEORDER, NATIVE, KEEP_BYTEORDER, LITTLE_ENDIAN, BIG_ENDIAN = range(5)
STORED, DEFLATED = 0, 8
CASTINGS = {"same_kind": 0, "no": 1, "equiv": 2, "safe": 3, "unsafe": 4}
# The types of ml_dtypes, by their numbers in nyz.h.
NAMELESS = {"int4": 16, "int2": 17, "int1": 18, "uint4": 26, "uint2": 27, "uint1": 28}
NAMELESS.update((name, 40 + i) for i, name in enumerate((
    "bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3fn", "float8_e4m3fnuz",
    "float8_e4m3b11fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float6_e2m3fn",
    "float6_e3m2fn", "float4_e2m1fn")))
FAST = -1
STRUCT, SUBARRAY = 90, 91
UNTRUSTED, NO_SYNC, EXACT_NAME, ANY_NAME, BLOCKS = 1, 2, 4, 8, 16
SKIP_UNSUPPORTED, VERIFY = 64, 128


class Error(c.Structure):
    _fields_ = [("status", c.c_int32), ("sys", c.c_int32), ("offset", c.c_int64),
                ("member_index", c.c_int64), ("reserved", c.c_int64 * 2), ("member", c.c_char * 128),
                ("message", c.c_char * 496)]


class Dtype(c.Structure):
    pass


class Field(c.Structure):
    pass


Dtype._fields_ = [("type", c.c_int32), ("unit", c.c_int32), ("unit_count", c.c_int32),
                  ("ndim", c.c_int32), ("byteorder", c.c_char), ("letter", c.c_char),
                  ("reserved8", c.c_char * 6),
                  ("itemsize", c.c_int64), ("nfields", c.c_int64),
                  ("fields", c.POINTER(Field)), ("base", c.POINTER(Dtype)),
                  ("shape", c.POINTER(c.c_int64)), ("owner", c.c_void_p),
                  ("reserved", c.c_int64)]
Field._fields_ = [("name", c.c_void_p), ("name_size", c.c_size_t), ("title", c.c_void_p),
                  ("title_size", c.c_size_t), ("offset", c.c_int64), ("dtype", Dtype),
                  ("reserved", c.c_int64)]


class Array(c.Structure):
    _fields_ = [("data", c.c_void_p), ("owner", c.c_void_p), ("base", c.c_void_p), ("dtype", Dtype),
                ("ndim", c.c_int32), ("flags", c.c_uint32), ("reserved", c.c_int64 * 4),
                ("shape", c.c_int64 * MAX_DIMS), ("strides", c.c_int64 * MAX_DIMS)]


class Limits(c.Structure):
    _fields_ = [(name, c.c_int64) for name in
                ("header_bytes", "dims", "nesting", "brackets", "fields", "item_bytes",
                 "array_bytes", "members", "directory_bytes", "name_bytes", "archive_bytes",
                 "ratio")] + [("reserved", c.c_int64 * 16)]


class Options(c.Structure):
    _fields_ = [("allocator", c.c_void_p), ("limits", c.POINTER(Limits)), ("flags", c.c_uint),
                ("order", c.c_int), ("byteorder", c.c_int), ("npy_version", c.c_int),
                ("method", c.c_int), ("level", c.c_int), ("threads", c.c_int), ("align", c.c_int),
                ("progress", c.c_void_p), ("progress_ctx", c.c_void_p), ("casting", c.c_int),
                ("void_as", c.c_int), ("block_bytes", c.c_int64), ("block_rows", c.c_int64),
                ("reserved", c.c_int64 * 3)]


class Range(c.Structure):
    _fields_ = [("start", c.c_int64), ("stop", c.c_int64), ("step", c.c_int64)]


class Buffer(c.Structure):
    _fields_ = [("data", c.c_void_p), ("size", c.c_size_t), ("capacity", c.c_size_t),
                ("position", c.c_size_t), ("allocator", c.c_void_p),
                ("reserved", c.c_void_p * 2)]


class Stream(c.Structure):
    _fields_ = [("read", c.c_void_p), ("write", c.c_void_p), ("seek", c.c_void_p),
                ("read_at", c.c_void_p), ("ctx", c.c_void_p), ("size", c.c_void_p),
                ("map", c.c_void_p), ("unmap", c.c_void_p), ("flush", c.c_void_p),
                ("block_size", c.c_int64), ("reserved", c.c_void_p * 4)]


class Member(c.Structure):
    _fields_ = [("name", c.c_void_p), ("name_size", c.c_size_t), ("key_size", c.c_size_t),
                ("size", c.c_int64), ("compressed_size", c.c_int64),
                ("data_offset", c.c_int64), ("mtime", c.c_int64), ("crc32", c.c_uint32),
                ("method", c.c_int32), ("flags", c.c_uint32), ("reserved32", c.c_uint32),
                ("blocks", c.c_int64), ("block_bytes", c.c_int64), ("reserved", c.c_int64 * 2)]


class Block(c.Structure):
    _fields_ = [("offset", c.c_int64), ("stored_size", c.c_int64), ("start", c.c_int64),
                ("size", c.c_int64), ("crc32", c.c_uint32), ("reserved32", c.c_uint32),
                ("reserved", c.c_int64 * 2)]


class Entry(c.Structure):
    _fields_ = [("name", c.c_void_p), ("name_size", c.c_size_t), ("key_size", c.c_size_t),
                ("size", c.c_int64), ("compressed_size", c.c_int64), ("method", c.c_int32),
                ("reserved32", c.c_int32), ("reserved", c.c_int64 * 4)]


class Want(c.Structure):
    _fields_ = [("dtype", Dtype), ("ndim", c.c_int32), ("reserved32", c.c_int32),
                ("reserved", c.c_int64 * 2), ("shape", c.c_int64 * MAX_DIMS)]


class Item(c.Structure):
    _fields_ = [("entry", Entry), ("kind", c.c_int32), ("reserved32", c.c_int32), ("header", Array),
                ("data_size", c.c_int64), ("data_offset", c.c_int64), ("reserved", c.c_int64 * 4),
                ("error", Error)]


class Rename(c.Structure):
    _fields_ = [("from_", c.c_char_p), ("to", c.c_char_p)]


class Select(c.Structure):
    _fields_ = [("include", c.POINTER(c.c_char_p)), ("include_count", c.c_int64),
                ("exclude", c.POINTER(c.c_char_p)), ("exclude_count", c.c_int64),
                ("renames", c.POINTER(Rename)), ("rename_count", c.c_int64), ("flags", c.c_uint32),
                ("reserved32", c.c_uint32), ("reserved", c.c_int64 * 4)]


class Parameter(c.Structure):
    _fields_ = [("name", c.c_char_p), ("into", c.POINTER(Array)), ("want", c.POINTER(Want)),
                ("out", c.POINTER(Array)), ("flags", c.c_uint32), ("reserved32", c.c_uint32),
                ("reserved", c.c_int64 * 4)]


class Finding(c.Structure):
    _fields_ = [("name", c.c_char_p), ("item", c.c_char_p), ("found", c.c_char_p), ("wanted", c.c_char_p),
                ("why", c.c_char_p), ("item_index", c.c_int64), ("parameter", c.c_int64),
                ("reserved", c.c_int64 * 2)]


class Report(c.Structure):
    _fields_ = [("missing", c.POINTER(Finding)), ("unexpected", c.POINTER(Finding)),
                ("mismatched", c.POINTER(Finding)), ("missing_count", c.c_int64),
                ("unexpected_count", c.c_int64), ("mismatched_count", c.c_int64), ("loaded", c.c_int64),
                ("owner", c.c_void_p), ("reserved", c.c_int64 * 4)]


class NyzError(Exception):
    """A call failed: `status` is the word for it."""

    def __init__(self, status, error):
        self.status = text(status)
        self.offset = error.offset
        super().__init__("%s: %s" % (self.status, error.message.decode()))


lib = c.CDLL(PATH)
lib.nyz_status_text.restype = c.c_char_p
lib.nyz_stream_buffer.restype = Stream
lib.nyz_array_count.restype = c.c_int64
lib.nyz_dtype_of.restype = Dtype
lib.nyz_npz_count.restype = c.c_int64
lib.nyz_npz_find.restype = c.c_int64
lib.nyz_arrays_count.restype = c.c_int64
lib.nyz_arrays_name.restype = c.c_char_p
lib.nyz_arrays_error.restype = c.POINTER(Error)
lib.nyz_file_count.restype = c.c_int64
lib.nyz_file_find.restype = c.c_int64
lib.nyz_file_trailing.restype = c.c_int64
lib.nyz_file_format.restype = c.c_char_p
lib.nyz_file_name.restype = c.c_char_p


def text(status):
    return lib.nyz_status_text(status).decode()


def call(name, *arguments):
    """Calls nyz_NAME(*arguments, &err); raises NyzError where it fails."""
    error = Error()
    status = getattr(lib, "nyz_" + name)(*arguments, c.byref(error))
    if status != 0:
        raise NyzError(status, error)


def options(**values):
    """nyz_options by name; `limits` is a dict."""
    limits = values.pop("limits", None)
    opt = Options(**values)
    if limits is not None:
        opt.limits = c.pointer(Limits(**limits))
    return c.byref(opt)


# ---------------------------------------------------------------------------- dtypes, arrays

def descr_text(dtype):
    """The canonical text of a nyz_dtype."""
    length = c.c_size_t()
    call("dtype_format", c.byref(dtype), None, c.c_size_t(0), c.byref(length))
    out = c.create_string_buffer(length.value + 1)
    call("dtype_format", c.byref(dtype), out, c.c_size_t(len(out)), c.byref(length))
    return out.value.decode("utf-8", "surrogatepass")


def name_of(pointer, size):
    return c.string_at(pointer, size).decode("utf-8", "surrogatepass")


def numpy_dtype(d):
    """The NumPy dtype that a nyz_dtype tree describes, built from the tree, not from its text:
    offsets, padding, titles and sub-arrays are the tree's own."""
    if d.letter != b"\0" or d.type in NAMELESS.values():  # a type of ml_dtypes', which NumPy alone does not know
        return np.dtype("V%d" % d.itemsize)
    if d.type not in (STRUCT, SUBARRAY):
        return np.dtype(descr_text(d))
    if d.type == SUBARRAY:
        return np.dtype((numpy_dtype(d.base[0]), tuple(d.shape[:d.ndim])))
    parts = {"names": [], "formats": [], "offsets": [], "titles": [], "itemsize": d.itemsize}
    for i in range(d.nfields):
        field = d.fields[i]
        parts["names"].append(name_of(field.name, field.name_size))
        parts["formats"].append(numpy_dtype(field.dtype))
        parts["offsets"].append(field.offset)
        parts["titles"].append(name_of(field.title, field.title_size) if field.title else None)
    if not any(t is not None for t in parts["titles"]):
        del parts["titles"]
    return np.dtype(parts)


def parse_dtype(descr, **opt):
    """A nyz_dtype of a text; free it with lib.nyz_dtype_free."""
    out = Dtype()
    encoded = descr.encode("utf-8", "surrogatepass")
    call("dtype_parse", encoded, c.c_size_t(len(encoded)), options(**opt), c.byref(out))
    return out


def dtype_for(dtype):
    """A nyz_dtype of a NumPy dtype, or of the name of one of ml_dtypes' types."""
    name = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    if name in NAMELESS:
        return lib.nyz_dtype_of(NAMELESS[name])
    return parse_dtype(descr_of(np.dtype(dtype)))


def strided(memory, dtype, shape, strides):
    """A NumPy array over a bytearray that begins with its first element."""
    return np.ndarray(shape, dtype, memory, 0, strides)


def to_numpy(array, header_only=False):
    """A NumPy array with a copy of the elements and the same memory order, and frees `array`."""
    try:
        dtype = numpy_dtype(array.dtype)
        shape, strides = (tuple(a[:array.ndim]) for a in (array.shape, array.strides))
        if header_only:
            return dtype, shape, strides
        size = lib.nyz_array_count(c.byref(array)) * dtype.itemsize
        memory = bytearray(c.string_at(array.data, size)) if size else bytearray(1)
        return strided(memory, dtype, shape, strides)
    finally:
        lib.nyz_array_free(c.byref(array))


class Wrapped:
    """A nyz_array over a NumPy array's memory, any strides, while this lives."""

    def __init__(self, array):
        self.source = array
        self.dtype = dtype_for(array.dtype)
        self.array = Array()
        shape = (c.c_int64 * max(1, array.ndim))(*array.shape)
        strides = (c.c_int64 * max(1, array.ndim))(*array.strides)
        call("array_wrap", c.c_void_p(array.ctypes.data), c.byref(self.dtype), array.ndim, shape, strides,
             c.byref(self.array))

    def __enter__(self):
        return c.byref(self.array)

    def __exit__(self, *_):
        lib.nyz_dtype_free(c.byref(self.dtype))


def descr_of(dtype):
    descr = np.lib.format.dtype_to_descr(dtype)
    return descr if isinstance(descr, str) else repr(descr)


# ------------------------------------------------------------------------------ .npy files

def load(path, **opt):
    out = Array()
    call("load", os.fsencode(path), options(**opt), c.byref(out))
    return to_numpy(out)


def load_mem(content, **opt):
    out = Array()
    call("load_mem", content, c.c_size_t(len(content)), options(**opt), c.byref(out))
    return to_numpy(out)


def load_into(path, array, **opt):
    """Fills a NumPy array of any strides."""
    with Wrapped(array) as wrapped:
        call("load_into", os.fsencode(path), options(**opt), wrapped)


def ranges(slices):
    """nyz_ranges of Python's slices: the array, and how many."""
    far = 2**63 - 1
    out = (Range * max(1, len(slices)))()
    for one, s in zip(out, slices):
        if s == slice(None):
            continue  # {0}
        one.step = 1 if s.step is None else s.step
        back = one.step < 0
        one.start = (far if back else 0) if s.start is None else s.start
        one.stop = (-far - 1 if back else far) if s.stop is None else s.stop
    return out, c.c_int(len(slices))


def load_slice(path, slices, **opt):
    out = Array()
    call("load_slice", os.fsencode(path), *ranges(slices), options(**opt), c.byref(out))
    return to_numpy(out)


def load_slice_into(path, slices, array, **opt):
    with Wrapped(array) as wrapped:
        call("load_slice_into", os.fsencode(path), *ranges(slices), options(**opt), wrapped)


def load_slice_mem(content, slices, **opt):
    out = Array()
    call("load_slice_mem", content, c.c_size_t(len(content)), *ranges(slices), options(**opt),
         c.byref(out))
    return to_numpy(out)


def read_slices(content, slices, lacking=(), **opt):
    """The slice of every array of a stream over these bytes, which lacks these functions."""
    memory = c.create_string_buffer(content, len(content))
    buffer = Buffer(data=c.addressof(memory), size=len(content), capacity=len(content))
    stream, found = lib.nyz_stream_buffer(c.byref(buffer)), []
    for name in lacking:
        setattr(stream, name, None)
    while buffer.position < len(content):
        out = Array()
        call("read_slice", c.byref(stream), *ranges(slices), options(**opt), c.byref(out))
        found.append(to_numpy(out))
        if "read" in lacking:
            break
    return found


def want(dtype=None, shape=None):
    """A nyz_want; the dtype as dtype_for takes it, None: any."""
    out = Want(ndim=-1 if shape is None else len(shape))
    if dtype is not None:
        out.dtype = dtype_for(dtype)
    for i, extent in enumerate(shape or ()):
        out.shape[i] = extent
    return out


def load_as(path, dtype=None, shape=None, **opt):
    out = Array()
    call("load_as", os.fsencode(path), c.byref(want(dtype, shape)), options(**opt), c.byref(out))
    return to_numpy(out)


def cast(array, dtype, **opt):
    """nyz_array_cast; a NumPy array, of V1 or V2 for ml_dtypes' types."""
    out, to = Array(), dtype_for(dtype)
    with Wrapped(array) as wrapped:
        call("array_cast", wrapped, c.byref(to), options(**opt), c.byref(out))
    return to_numpy(out)


def can_cast(source, target, casting):
    a, b = dtype_for(source), dtype_for(target)
    return lib.nyz_can_cast(c.byref(a), c.byref(b), CASTINGS[casting]) != 0


def peek(path, **opt):
    """(dtype, shape, strides) of a file's header."""
    out = Array()
    call("load_header", os.fsencode(path), options(**opt), c.byref(out))
    return to_numpy(out, header_only=True)


def resave(content, **opt):
    """The bytes of a .npy file that are saved of what was loaded, without NumPy between."""
    array, out = Array(), Buffer()
    call("load_mem", content, c.c_size_t(len(content)), options(**opt), c.byref(array))
    try:
        call("save_mem", c.byref(array), None, c.byref(out))
        return take(out)
    finally:
        lib.nyz_array_free(c.byref(array))


def save(array, path, **opt):
    with Wrapped(array) as wrapped:
        call("save", wrapped, os.fsencode(path), options(**opt))


def slowest(array, wrapped):
    """Makes the number of rows unknown (-1): of the slowest axis; returns the order."""
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    wrapped._obj.shape[array.ndim - 1 if fortran else 0] = -1
    return F_ORDER if fortran else C_ORDER


def save_pieces(array, path, pieces, unknown=False, **opt):
    """A contiguous array written in pieces of these sizes, the last one of what is left."""
    output, data, done = c.c_void_p(), array.tobytes("A"), 0
    with Wrapped(array) as wrapped:
        if unknown:
            opt["order"] = slowest(array, wrapped)
        call("output_create_npy", os.fsencode(path), wrapped, options(**opt), c.byref(output))
    for size in [*pieces, len(data)]:
        piece = data[done:done + size]
        call("output_write", output, piece, c.c_size_t(len(piece)))
        done += len(piece)
    call("output_finish", c.byref(output))


def take(buffer):
    content = c.string_at(buffer.data, buffer.size) if buffer.size else b""
    lib.nyz_buffer_free(c.byref(buffer))
    return content


def save_mem(array, **opt):
    out = Buffer()
    with Wrapped(array) as wrapped:
        call("save_mem", wrapped, options(**opt), c.byref(out))
    return take(out)


def header(descr, shape, **opt):
    """What nyz_write_header writes for an array of this dtype and shape."""
    dtype, buffer, array = parse_dtype(descr), Buffer(), Array()
    array.dtype, array.ndim = dtype, len(shape)
    array.shape[:len(shape)] = shape
    stream = lib.nyz_stream_buffer(c.byref(buffer))
    try:
        call("write_header", c.byref(stream), c.byref(array), options(**opt))
        return c.string_at(buffer.data, buffer.size)
    finally:
        lib.nyz_buffer_free(c.byref(buffer))
        lib.nyz_dtype_free(c.byref(dtype))


# ------------------------------------------------------------------------- names and models

SELECT_MAYBE = PARAMETER_MAYBE = 1
STRICT, PARTIAL, FITTING = range(3)


def matches(pattern, name):
    return lib.nyz_name_matches(pattern.encode(), name.encode()) != 0


def select(include=(), exclude=(), renames=(), flags=0):
    """A nyz_select, which keeps its lists."""
    include, exclude = [(c.c_char_p * len(x))(*(s.encode() for s in x)) for x in (include, exclude)]
    pairs = (Rename * len(renames))(*((a.encode(), b.encode()) for a, b in renames))
    out = Select(include, len(include), exclude, len(exclude), pairs, len(pairs), flags)
    out.kept = include, exclude, pairs
    return out


def named_arrays(arrays):
    """{name: array} of an nyz_arrays, which is freed."""
    try:
        count = lib.nyz_arrays_count(arrays)
        names = [lib.nyz_arrays_name(arrays, c.c_int64(i)).decode() for i in range(count)]
        return {name: Npz.item(arrays, i) for i, name in enumerate(names)}
    finally:
        lib.nyz_arrays_free(c.byref(arrays))


def findings(list_, count):
    return [(f.name, f.item, f.found, f.wanted) for f in list_[:count]]


# ------------------------------------------------------------------------------- archives

class ItemFacts:
    """What an nyz_item says, without its memory."""

    def __init__(self, item):
        entry = item.entry
        self.key = name_of(entry.name, entry.name_size).encode()[:entry.key_size].decode()
        self.kind, self.size, self.data_offset = item.kind, item.data_size, item.data_offset
        self.shape = tuple(item.header.shape[:item.header.ndim])
        self.error = text(item.error.status)


class File:
    """A file of any format: from a path, or from bytes."""

    def __init__(self, source, **opt):
        self.handle = c.c_void_p()
        self.source = source
        if isinstance(source, bytes):
            call("file_open_mem", source, c.c_size_t(len(source)), options(**opt),
                 c.byref(self.handle))
        else:
            call("file_open", os.fsencode(source), options(**opt), c.byref(self.handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.nyz_file_close(c.byref(self.handle))

    def __len__(self):
        return lib.nyz_file_count(self.handle)

    def format(self):
        return lib.nyz_file_format(self.handle).decode()

    def trailing(self):
        return lib.nyz_file_trailing(self.handle)

    def names(self):
        return [lib.nyz_file_name(self.handle, c.c_int64(i)).decode() for i in range(len(self))]

    def ask(self, name, which, *more):
        """Calls nyz_NAME by a name, or nyz_NAME_at by an index."""
        if isinstance(which, str):
            call(name, self.handle, which.encode(), *more)
        else:
            call(name + "_at", self.handle, c.c_int64(which), *more)

    def item(self, which):
        out = Item()
        self.ask("file_info", which, c.byref(out))
        facts = ItemFacts(out)
        lib.nyz_item_free(c.byref(out))
        return facts

    def load(self, which, **opt):
        out = Array()
        self.ask("file_load", which, options(**opt) if opt else None, c.byref(out))
        return to_numpy(out)

    def load_into(self, which, array):
        with Wrapped(array) as wrapped:
            self.ask("file_load_into", which, None, wrapped)

    def load_as(self, which, dtype=None, shape=None, **opt):
        out = Array()
        self.ask("file_load_as", which, c.byref(want(dtype, shape)), options(**opt), c.byref(out))
        return to_numpy(out)

    def load_selected(self, chosen, **opt):
        out = c.c_void_p()
        call("file_load_selected", self.handle, c.byref(chosen), options(**opt), c.byref(out))
        return named_arrays(out)

    def load_model(self, wanted, chosen=None, mode=STRICT, **opt):
        """wanted: {name: (dtype, shape)}.  Returns the arrays by name, the report's three lists, and the
        error or None."""
        outs = [Array() for _ in wanted]
        parameters = (Parameter * len(wanted))(*(
            Parameter(name=name.encode(), want=c.pointer(want(*w)), out=c.pointer(out))
            for (name, w), out in zip(wanted.items(), outs)))
        report, failure = Report(), None
        try:
            call("file_load_model", self.handle, c.byref(chosen) if chosen else None, parameters,
                 c.c_int64(len(parameters)), c.c_int32(mode), options(**opt), c.byref(report))
        except NyzError as error:
            failure = error
        lists = [findings(report.missing, report.missing_count),
                 findings(report.unexpected, report.unexpected_count),
                 findings(report.mismatched, report.mismatched_count)]
        loaded = {name: to_numpy(out) for name, out in zip(wanted, outs) if out.dtype.type != 0}
        assert report.loaded == len(loaded)
        lib.nyz_report_free(c.byref(report))
        return loaded, lists, failure

    def bytes(self, which):
        out = Array()
        self.ask("file_bytes", which, None, c.byref(out))
        return to_numpy(out).tobytes()


class Npz:
    """An archive open for reading: from a path, or from bytes."""

    def __init__(self, source, **opt):
        self.handle = c.c_void_p()
        self.source = source
        if isinstance(source, bytes):
            call("npz_open_mem", source, c.c_size_t(len(source)), options(**opt),
                 c.byref(self.handle))
        else:
            call("npz_open", os.fsencode(source), options(**opt), c.byref(self.handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.nyz_npz_close(c.byref(self.handle))

    def __len__(self):
        return lib.nyz_npz_count(self.handle)

    def member(self, index):
        out = Member()
        call("npz_member_at", self.handle, c.c_int64(index), c.byref(out))
        return out

    def names(self):
        members = [self.member(i) for i in range(len(self))]
        return [name_of(m.name, m.name_size) for m in members]

    def find(self, name):
        return lib.nyz_npz_find(self.handle, name.encode())

    def load(self, which, **opt):
        out, opt = Array(), options(**opt) if opt else None
        if isinstance(which, str):
            call("npz_load", self.handle, which.encode(), opt, c.byref(out))
        else:
            call("npz_load_at", self.handle, c.c_int64(which), opt, c.byref(out))
        return to_numpy(out)

    def load_all(self, **opt):
        """Of each member its array, None if it holds none, or a NyzError: why it was skipped."""
        out = c.c_void_p()
        call("npz_load_all", self.handle, options(**opt), c.byref(out))
        try:
            return [self.item(out, i) for i in range(lib.nyz_arrays_count(out))]
        finally:
            lib.nyz_arrays_free(c.byref(out))

    def load_selected(self, chosen, **opt):
        out = c.c_void_p()
        call("npz_load_selected", self.handle, c.byref(chosen), options(**opt), c.byref(out))
        return named_arrays(out)

    @staticmethod
    def item(arrays, i):
        error, array = lib.nyz_arrays_error(arrays, c.c_int64(i)), Array()
        call("arrays_get_at", arrays, c.c_int64(i), c.byref(array))
        if error:
            assert array.dtype.type == 0
            return NyzError(error.contents.status, error.contents)
        return to_numpy(array) if array.dtype.type != 0 else None

    def load_as(self, which, dtype=None, shape=None, **opt):
        out, opt = Array(), options(**opt) if opt else None
        wanted = c.byref(want(dtype, shape))
        if isinstance(which, str):
            call("npz_load_as", self.handle, which.encode(), wanted, opt, c.byref(out))
        else:
            call("npz_load_as_at", self.handle, c.c_int64(which), wanted, opt, c.byref(out))
        return to_numpy(out)

    def load_into(self, index, array, **opt):
        with Wrapped(array) as wrapped:
            call("npz_load_into_at", self.handle, c.c_int64(index),
                 options(**opt) if opt else None, wrapped)

    def load_slice(self, which, slices, **opt):
        out = Array()
        more = (*ranges(slices), options(**opt) if opt else None, c.byref(out))
        if isinstance(which, str):
            call("npz_load_slice", self.handle, which.encode(), *more)
        else:
            call("npz_load_slice_at", self.handle, c.c_int64(which), *more)
        return to_numpy(out)

    def load_slice_into(self, which, slices, array, **opt):
        with Wrapped(array) as wrapped:
            more = (*ranges(slices), options(**opt) if opt else None, wrapped)
            if isinstance(which, str):
                call("npz_load_slice_into", self.handle, which.encode(), *more)
            else:
                call("npz_load_slice_into_at", self.handle, c.c_int64(which), *more)

    def blocks(self, which, first=0, count=None):
        """Of each block (offset, stored size, start, size, CRC)."""
        index = self.find(which) if isinstance(which, str) else which
        count = self.member(index).blocks - first if count is None else count
        out = (Block * max(count, 1))()
        more = (c.c_int64(first), c.c_int64(count), out)
        if isinstance(which, str):
            call("npz_blocks", self.handle, which.encode(), *more)
        else:
            call("npz_blocks_at", self.handle, c.c_int64(which), *more)
        return [(b.offset, b.stored_size, b.start, b.size, b.crc32) for b in out[:count]]

    def bytes(self, index):
        out = Array()
        call("npz_bytes_at", self.handle, c.c_int64(index), None, c.byref(out))
        return to_numpy(out).tobytes()


class Writer:
    """An archive being written, to a path or (None) to memory; finish gives the bytes then."""

    def __init__(self, path=None, seekable=True, **opt):
        self.handle, self.buffer, self.opt = c.c_void_p(), Buffer(), opt
        if path is not None:
            call("npz_create", os.fsencode(path), options(**opt), c.byref(self.handle))
            return
        stream = lib.nyz_stream_buffer(c.byref(self.buffer))
        if not seekable:
            stream.seek = stream.read_at = stream.size = None
        call("npz_create_stream", c.byref(stream), options(**opt), c.byref(self.handle))

    def add(self, name, array, **opt):
        name = None if name is None else name.encode("utf-8", "surrogatepass")
        with Wrapped(array) as wrapped:
            call("npz_add", self.handle, name, wrapped, options(**opt) if opt else None)

    def add_pieces(self, name, array, pieces, unknown=False, **opt):
        """As save_pieces."""
        opt = {**self.opt, **opt}
        member, data, done = Stream(), array.tobytes("A"), 0
        with Wrapped(array) as wrapped:
            if unknown:
                opt["order"] = slowest(array, wrapped)
            call("npz_begin", self.handle, name.encode(), wrapped, options(**opt), c.byref(member))
        write = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_char_p, c.c_size_t)(member.write)
        for size in [*pieces, len(data)]:
            piece = data[done:done + size]
            assert write(member.ctx, piece, len(piece)) == len(piece)
            done += len(piece)
        call("npz_end", self.handle)

    def add_bytes(self, name, content, **opt):
        call("npz_add_bytes", self.handle, name.encode(), content, c.c_size_t(len(content)),
             options(**opt) if opt else None)

    def finish(self):
        call("npz_finish", c.byref(self.handle))
        return take(self.buffer)

    def discard(self):
        lib.nyz_npz_discard(c.byref(self.handle))
        take(self.buffer)


def savez(positional=(), named=None, path=None, seekable=True, **opt):
    """As np.savez: the named ones first, then the positional ones; the archive's bytes."""
    writer = Writer(path, seekable, **opt)
    for name, array in (named or {}).items():
        writer.add(name, array)
    for array in positional:
        writer.add(None, array)
    return writer.finish()
