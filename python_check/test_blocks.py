# SPDX-License-Identifier: MIT
"""Members deflated in blocks: the index in the directory is the one of docs/format.md 5.7, every
reader sees plain deflate, and what is read through the index is what is read without it."""

import io
import os
import pathlib
import struct
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from strategies import COMMON, FEW
from test_slice import cases, filled, is_fortran, raw, same
from test_tool import TOOL, fails, fine

FAST = -1
FIXTURES = sorted((pathlib.Path(__file__).parents[1] / "fixtures" / "good").glob("blocks*.npz"))


def native(array):
    """As nyz loads it."""
    return array.astype(array.dtype.newbyteorder("="))


# --------------------------------------------------------------------------- docs/format.md 5.7

def layout(shape, itemsize, fortran, name, block_bytes=256 * 1024, block_rows=0):
    """The bytes of a block by the rule, None: the data is not cut."""
    dims = list(shape[::-1] if fortran else shape)
    data = int(np.prod(dims, dtype=object)) * itemsize
    steps = [int(np.prod(dims[a + 1:], dtype=object)) * itemsize for a in range(len(dims))]
    if data == 0:
        return None
    if not dims:
        unit = data
    elif block_rows:
        unit = min(block_rows, dims[0]) * steps[0]
    else:
        a = 0
        while steps[a] > block_bytes and a + 1 < len(dims):
            a += 1
        most = min(max(block_bytes // steps[a], 1), dims[a])
        even = [k for k in range((most + 1) // 2, most + 1) if dims[a] % k == 0]
        unit = (max(even) if even else most) * steps[a]
    if data <= (unit if block_rows else max(unit, block_bytes)):
        return None
    room = (65535 - 46 - len(name) - 28 - 16) // 8 - 1
    blocks = -(-data // unit)
    return unit * -(-blocks // room) if blocks > room else unit


def central_headers(content):
    """Of each member its name, its place in the file and the parts of its central header."""
    end = content.rindex(b"PK\5\6")
    at = struct.unpack_from("<I", content, end + 16)[0]
    while content[at:at + 4] == b"PK\1\2":
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        yield content[at + 46:at + 46 + name].decode(), at, content[at + 46 + name:][:extra]
        at += 46 + name + extra + comment


def fields_of(extra):
    while extra:
        ident, size = struct.unpack_from("<HH", extra)
        yield ident, extra[4:4 + size]
        extra = extra[4 + size:]


def index_of(content, name):
    """(head, unit, [(deflated size, CRC), ...]) of a member, None: it has no index."""
    for member, _, extra in central_headers(content):
        if member == name:
            found = [data for ident, data in fields_of(extra) if ident == 0x594E]
            if not found:
                return None
            assert len(found) == 1
            version, head, unit = struct.unpack_from("<III", found[0])
            assert version == 1
            return head, unit, list(struct.iter_unpack("<II", found[0][12:]))
    raise KeyError(name)


def data_of(content, name):
    """The stored bytes of a member and where they begin."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo(name)
        name_size, extra = struct.unpack_from("<HH", content, info.header_offset + 26)
        start = info.header_offset + 30 + name_size + extra
        return content[start:start + info.compress_size], start


def inflate_alone(stored, last):
    """A block by itself; it ends at a byte's edge, and refers to nothing before it."""
    inflater = zlib.decompressobj(-15)
    out = inflater.decompress(stored if last else stored + b"\3\0")
    assert inflater.eof and inflater.unused_data == b""
    return out


ARRAYS = {
    "rows": filled("f4", (5000, 64)),
    "fortran": filled("f8", (300, 700), True),
    "records": filled([("a", "<i4"), ("b", ">f8", (2,)), ("c", "S3")], (30000,)),
    "odd": filled("u1", (524309,)),
    "wide": filled("<i2", (3, 400000)),
    "deep": filled("<c16", (2, 3, 5, 7, 101)),
    "one": filled("S600000", ()),
    "few": filled("S300000", (3,)),
    "small": filled("f8", (32768,)),
    "empty": np.zeros((0, 5)),
}


@pytest.mark.parametrize("opt", [{"level": FAST}, {"level": 6, "flags": libnyz.BLOCKS},
                                 {"level": 1, "block_bytes": 10000}, {"level": FAST, "block_rows": 7},
                                 {"level": FAST, "block_bytes": 50000, "threads": 3}], ids=str)
def test_index_is_that_of_the_format_and_any_inflater_reads_the_rest(opt):
    content = libnyz.savez(named=ARRAYS, **opt)
    npz = np.load(io.BytesIO(content))
    limits = {key: opt[key] for key in ("block_bytes", "block_rows") if key in opt}
    assert npz.files == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert raw(npz[name]).tobytes() == raw(array).tobytes()
        member = name + ".npy"
        unit = layout(array.shape, array.itemsize, is_fortran(array), member, **limits)
        found = index_of(content, member)
        assert (found[1] if found else None) == unit, name
        if found is None:
            continue
        head, unit, entries = found
        stored, _ = data_of(content, member)
        whole = zipfile.ZipFile(io.BytesIO(content)).read(member)
        assert head == len(whole) - array.nbytes
        assert sum(size for size, _ in entries) == len(stored)
        starts = [0, *range(head, len(whole), unit), len(whole)]
        assert len(entries) == len(starts) - 1
        for i, (size, crc) in enumerate(entries):
            block = inflate_alone(stored[:size], i + 1 == len(entries))
            assert block == whole[starts[i]:starts[i + 1]]
            assert zlib.crc32(block) == crc
            stored = stored[size:]


def test_members_of_one_block_are_numpys_bytes():
    small = {"a": filled("f8", (32768,)), "b": filled("u1", (7,))}
    expected = io.BytesIO()
    np.savez_compressed(expected, **small)
    with zipfile.ZipFile(io.BytesIO(libnyz.savez(named=small, flags=libnyz.BLOCKS,
                                                 level=6))) as archive:
        with zipfile.ZipFile(expected) as reference:
            for ours, theirs in zip(archive.infolist(), reference.infolist()):
                assert (ours.compress_size, ours.CRC) == (theirs.compress_size, theirs.CRC)


def test_same_bytes_whatever_threads_pieces_and_seeking():
    for name in ("rows", "fortran", "odd"):
        array = {name: ARRAYS[name], name + "strided": ARRAYS[name][::-1]}
        one = libnyz.savez(named=array, level=FAST)
        assert libnyz.savez(named=array, level=FAST, threads=4) == one
        unseekable = libnyz.savez(named=array, level=FAST, seekable=False)
        assert index_of(unseekable, name + ".npy") == index_of(one, name + ".npy")
        assert np.array_equal(np.load(io.BytesIO(unseekable))[name], ARRAYS[name])


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 5000])
@pytest.mark.parametrize("opt", [{"level": FAST}, {"level": 6, "block_rows": 7},
                                 {"level": 1, "block_bytes": 1000}], ids=str)
def test_unknown_number_of_rows_has_the_index_too(rows, opt):
    for array in (filled("<i2", (rows, 40)), filled("f8", (rows, 3, 20))):
        writer = libnyz.Writer(**opt)
        writer.add_pieces("a", array, [1000] * 70, True)
        content = writer.finish()
        assert np.array_equal(np.load(io.BytesIO(content))["a"], array)
        head, unit, entries = index_of(content, "a.npy")
        stored, _ = data_of(content, "a.npy")
        row = array[:1].nbytes if rows else array.itemsize * int(np.prod(array.shape[1:]))
        assert unit == row * opt["block_rows"] if "block_rows" in opt else True
        assert len(entries) == 1 + max(-(-array.nbytes // unit), 1)
        whole = zipfile.ZipFile(io.BytesIO(content)).read("a.npy")
        for i, (size, crc) in enumerate(entries):
            block = inflate_alone(stored[:size], i + 1 == len(entries))
            assert zlib.crc32(block) == crc
            assert block == (whole[:head] if i == 0 else whole[head + (i - 1) * unit:head + i * unit])
            stored = stored[size:]
        with libnyz.Npz(content) as npz:
            assert (npz.member(0).blocks > 0) == (rows > 0)  # one without data has nothing to index
            same(npz.load_slice(0, (slice(3, 20),)), array, (slice(3, 20),), False)


def test_bytes_of_a_npy_file_are_cut_as_its_array():
    content = libnyz.savez(named={"a": ARRAYS["fortran"]}, level=FAST)
    writer = libnyz.Writer(level=FAST)
    writer.add_bytes("a.npy", zipfile.ZipFile(io.BytesIO(content)).read("a.npy"))
    assert writer.finish() == content
    for other in (b"x" * 600000, b"\x93NUMPY\1\0" + b"x" * 600000):
        writer = libnyz.Writer(level=FAST)
        writer.add_bytes("a.npy", other)
        plain = writer.finish()
        assert index_of(plain, "a.npy") is None
        assert zipfile.ZipFile(io.BytesIO(plain)).read("a.npy") == other


@pytest.mark.parametrize("size", [1, 100, 4000, 16000, 64000])
def test_index_fits_the_central_header_whatever_the_name(size):
    array = {"n" * size: np.zeros(300000, "u1")}
    content = libnyz.savez(named=array, level=FAST, block_bytes=10)
    found = index_of(content, "n" * size + ".npy")
    expected = layout((300000,), 1, False, "n" * size + ".npy", 10)
    assert found[1] == expected
    for _, _, extra in central_headers(content):
        assert 46 + size + 4 + len(extra) <= 65535
    with libnyz.Npz(content) as npz:
        assert npz.load_slice(0, (slice(7, 9),)).tolist() == [0, 0]


@pytest.mark.parametrize("size", [65490, 65500, 65531])
def test_no_room_for_an_index_is_no_index(size):
    content = libnyz.savez(named={"n" * size: np.arange(90000)}, level=FAST)
    assert index_of(content, "n" * size + ".npy") is None
    with libnyz.Npz(content) as npz:
        assert npz.member(0).blocks == 0
        assert npz.load_slice(0, (slice(70000, 70002),)).tolist() == [70000, 70001]


# ------------------------------------------------------------------------------------- reading

@COMMON
@given(case=cases(), block=st.sampled_from([1, 8, 24, 100, 700]), level=st.sampled_from([FAST, 6]),
       threads=st.sampled_from([1, 2]), flags=st.sampled_from([0, libnyz.VERIFY, libnyz.UNTRUSTED]))
def test_slices_are_those_of_numpy(case, block, level, threads, flags, tmp_path_factory):
    array, which = case
    path = str(tmp_path_factory.getbasetemp() / "blocks.npz")
    libnyz.savez(named={"first": np.arange(3), "a": array}, path=path, level=level,
                 block_bytes=block)
    with open(path, "rb") as f:
        content = f.read()
    for source in (path, content):
        with libnyz.Npz(source) as npz:
            whole = npz.load("a", threads=threads)
            assert raw(whole).tobytes() == raw(native(array)).tobytes()
            opt = {"flags": flags, "threads": threads}
            same(npz.load_slice("a", which, **opt), whole, which, is_fortran(array))


@FEW
@given(name=st.sampled_from(sorted(set(ARRAYS) - {"empty", "one"})), data=st.data(),
       threads=st.sampled_from([1, 3]))
def test_slices_of_many_blocks(name, data, threads):
    array = ARRAYS[name]
    content = libnyz.savez(named={name: array}, level=FAST, block_bytes=40000)
    ends = st.one_of(st.none(), st.integers(-6000, 6000))
    array = native(array)
    which = tuple(slice(data.draw(ends), data.draw(ends), data.draw(st.sampled_from([None, 3, -1])))
                  for _ in array.shape)
    with libnyz.Npz(content) as npz:
        same(npz.load_slice(0, which, threads=threads), array, which, is_fortran(array))
        into = np.empty_like(array)
        npz.load_into(0, into, threads=threads)
        assert raw(into).tobytes() == raw(array).tobytes()
        wide = np.zeros((*array.shape, 2), "f8" if array.dtype.kind == "f" else array.dtype)[..., 0]
        npz.load_into(0, wide, threads=threads)
        assert raw(wide).tobytes() == raw(array.astype(wide.dtype)).tobytes()


def test_one_block_is_read_for_one_row(tmp_path):
    """Of a damaged member the sound blocks are read, and the others are CORRUPT, as without index."""
    array = np.arange(400000).reshape(-1, 100)
    content = bytearray(libnyz.savez(named={"a": array}, level=FAST))
    with libnyz.Npz(bytes(content)) as npz:
        blocks = npz.blocks("a")
        rows = blocks[1][3] // array[0].nbytes
        assert npz.member(0).blocks == len(blocks) > 4
        assert npz.member(0).block_bytes == blocks[1][3]
        assert npz.blocks(0, 2, 1) == blocks[2:3]
        for first, count in ((-1, 1), (0, len(blocks) + 1), (len(blocks), 1), (1, -1)):
            with pytest.raises(libnyz.NyzError, match="blocks from number"):
                npz.blocks(0, first, count)
    offset, size = blocks[2][:2]
    for at in range(offset, offset + size):
        content[at] ^= 0x55
    with libnyz.Npz(bytes(content)) as npz:
        for threads in (1, 2):
            for start in (0, 2 * rows, len(array) - 5):
                got = npz.load_slice(0, (slice(start, start + 3),), threads=threads)
                assert np.array_equal(got, array[start:start + 3])
            for read in (lambda: npz.load_slice(0, (slice(rows, rows + 1),)), lambda: npz.load(0),
                         lambda: npz.load_into(0, np.empty_like(array))):
                with pytest.raises(libnyz.NyzError, match="damaged|corrupt"):
                    read()


def test_blocks_of_a_member_without_an_index_are_not_found():
    with libnyz.Npz(libnyz.savez(named={"a": ARRAYS["rows"]}, level=6)) as npz:
        assert npz.member(0).blocks == 0 == npz.member(0).block_bytes
        with pytest.raises(libnyz.NyzError, match="index"):
            npz.blocks("a", 0, 1)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_parts_of_fixtures_are_those_of_numpy(path):
    """Of archives made by hand, some with an index that lies."""
    array = np.load(path)["a"]
    believed = path.stem in ("blocks", "blocks_even", "blocks_fortran", "blocks_stored",
                             "blocks_extra", "blocks_sizes", "blocks_head")
    with libnyz.Npz(str(path)) as npz:
        assert (npz.member(0).blocks > 0) == believed
        for start in range(0, array.shape[0], 5):
            for which in ((slice(start, start + 6),), (slice(None), slice(2, 5)),
                          (slice(None, None, -2), slice(start, None))):
                same(npz.load_slice(0, which), array, which, is_fortran(array))


# ------------------------------------------------------------------------------ damaged indexes

def outcome(read):
    """What a call gives: bytes, or its status and message."""
    try:
        return read().tobytes()
    except libnyz.NyzError as error:
        return str(error)


def results(content, which, **opt):
    with libnyz.Npz(content, **opt) as npz:
        return [outcome(lambda: npz.load(0)), outcome(lambda: npz.load(0, threads=2)),
                outcome(lambda: npz.load_slice(0, which)),
                outcome(lambda: npz.load_slice(0, which, threads=2))]


def place_of_index(content):
    """Where the data of the first member's field is."""
    [(name, at, extra)] = list(central_headers(content))
    return at + 46 + len(name) + extra.index(b"NY") + 4


def test_damage_of_any_byte_of_an_index_changes_no_result():
    array = filled("<i2", (300, 40))
    content = libnyz.savez(named={"a": array}, level=FAST, block_bytes=4000)
    start, which = place_of_index(content), (slice(60, 130), slice(None, None, 3))
    expected = [array.tobytes()] * 2 + [array[which].tobytes()] * 2
    end = content.rindex(b"PK\5\6")
    assert results(content, which) == expected
    for at in [*range(start - 4, start - 2), *range(start, end)]:
        for bit in (1, 0x80):
            damaged = bytearray(content)
            damaged[at] ^= bit
            assert results(bytes(damaged), which) == expected
            with libnyz.Npz(bytes(damaged)) as npz:
                assert npz.member(0).blocks == 0


def with_index(content, field):
    """The archive of one member with another field in its central header."""
    [(name, at, extra)] = list(central_headers(content))
    new = struct.pack("<HH", 0x594E, len(field)) + field if field is not None else b""
    head = bytearray(content[at:at + 46 + len(name)])
    struct.pack_into("<H", head, 30, len(new))
    end = bytearray(content[at + 46 + len(name) + len(extra):])
    struct.pack_into("<I", end, 12, len(head) + len(new))
    return content[:at] + bytes(head) + new + bytes(end)


def field(head, unit, entries, version=1):
    return struct.pack("<III", version, head, unit) + b"".join(struct.pack("<II", *e) for e in entries)


def test_hostile_indexes_are_no_indexes():
    array = filled("<i2", (300, 40))
    content = libnyz.savez(named={"a": array}, level=FAST, block_bytes=4000)
    head, unit, entries = index_of(content, "a.npy")
    which = (slice(100, 200),)
    expected = [array.tobytes()] * 2 + [array[which].tobytes()] * 2
    sizes = [size for size, _ in entries]
    crcs = [crc for _, crc in entries]
    assert with_index(content, field(head, unit, entries)) == content
    hostile = [b"", b"\1\0\0\0", field(head, unit, []), field(0, unit, entries),
               field(head, 0, entries), field(head, 2**31, entries), field(head, 2**32 - 1, entries),
               field(2**32 - 1, unit, entries), field(head + 1, unit, entries),
               field(head, unit + 80, entries), field(head, unit - 80, entries),
               field(head, unit, entries, 2), field(head, unit, entries, 0x101),
               field(head, unit, entries[:-1]), field(head, unit, entries + [(0, 0)]),
               field(head, unit, entries) + b"\0", field(head, unit, entries)[:-1],
               field(head, unit, entries[::-1]),
               field(head, unit, [(0, c) for c in crcs]),
               field(head, unit, [(2**32 - 1, c) for c in crcs]),
               field(head, unit, [(size + 1 - 2 * (i % 2), c) for i, (size, c) in enumerate(entries)]),
               field(head, unit, zip(sizes, [crcs[0]] * len(crcs))),
               field(head + array.nbytes, unit, entries[:1]),
               field(1, 1, [(1, 0)] * 5000)]
    for wrong in hostile:
        damaged = with_index(content, wrong)
        assert results(damaged, which) == expected
        with libnyz.Npz(damaged) as npz:
            assert npz.member(0).blocks == 0
    twice = struct.pack("<HH", 0x594E, 12 + 8 * len(entries)).join([b"", field(head, unit, entries)] * 2)
    assert results(with_index(content, field(head, unit, entries) + twice), which) == expected


def forged(array):
    """An archive whose index shows other rows than its deflate stream has: the stream's second
    block is stored, and has bytes that are a block themselves; the sizes lead there, and an entry
    that is never read takes up the difference of the CRCs."""
    memory = io.BytesIO()
    np.save(memory, array)
    whole = memory.getvalue()
    head, unit = len(whole) - array.nbytes, array.nbytes // 4
    lie = bytes(255 - b for b in whole[head:head + unit])

    def deflated(data, last=False):
        stream = zlib.compressobj(6, zlib.DEFLATED, -15)
        return stream.compress(data) + stream.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    def stored(data):
        return struct.pack("<BHH", 0, len(data), len(data) ^ 0xFFFF) + data

    hidden = deflated(lie)
    # the array's rows 1 of 4 begin with the bytes of a block that inflates to the lie
    second = bytearray(whole[head + unit:head + 2 * unit])
    second[:len(hidden)] = hidden
    whole = whole[:head + unit] + bytes(second) + whole[head + 2 * unit:]
    parts = [whole[:head]] + [whole[head + i * unit:head + (i + 1) * unit] for i in range(4)]
    plain = [stored(parts[0]), deflated(parts[1]), stored(parts[2]), deflated(parts[3]),
             deflated(parts[4], True)]
    stream = b"".join(plain)
    sizes = [len(plain[0]), len(plain[1]) + 5, len(hidden),
             len(plain[2]) - 5 - len(hidden) + len(plain[3]), len(plain[4])]
    crcs = [zlib.crc32(parts[0]), zlib.crc32(parts[1]), zlib.crc32(lie), 0, zlib.crc32(parts[4])]
    # the CRC of the fourth block that makes the combination right: it is linear in each
    crcs[3] = solve(crcs, [head] + [unit] * 4, 3, zlib.crc32(whole))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.npy")
        with archive.open(info, "w") as member:
            member.write(stream)
    content = bytearray(out.getvalue())
    at = content.rindex(b"PK\1\2")
    for place in (at + 10, 8):
        struct.pack_into("<H", content, place, 8)
    for place in (at + 16, 14):
        struct.pack_into("<I", content, place, zlib.crc32(whole))
    for place in (at + 24, 22):
        struct.pack_into("<I", content, place, len(whole))
    return with_index(bytes(content), field(head, unit, list(zip(sizes, crcs)))), whole[head:], lie


def combine(a, b, size):
    """The CRC of two pieces, by shifting zeros in."""
    zeros = zlib.crc32(bytes(size))
    return zlib.crc32(bytes(size), a) ^ zeros ^ b


def total(crcs, sizes):
    crc = 0
    for one, size in zip(crcs, sizes):
        crc = combine(crc, one, size)
    return crc


def solve(crcs, sizes, free, wanted):
    """The value of one CRC with which all together are the wanted one, bit by bit."""
    base = total(crcs, sizes)
    columns = []
    for bit in range(32):
        changed = list(crcs)
        changed[free] ^= 1 << bit
        columns.append((total(changed, sizes) ^ base, 1 << bit))
    difference, value = wanted ^ base, 0
    pivots = []
    for column, mask in columns:
        for pivot, pivot_mask in pivots:
            if column ^ pivot < column:
                column, mask = column ^ pivot, mask ^ pivot_mask
        pivots.append((column, mask))
        pivots.sort(reverse=True)
    for pivot, pivot_mask in pivots:
        if difference ^ pivot < difference:
            difference, value = difference ^ pivot, value ^ pivot_mask
    assert difference == 0
    return crcs[free] ^ value


def test_forged_index_never_changes_a_whole_load_nor_untrusted_slices():
    content, data, lie = forged(np.zeros((4, 3000), "u1"))
    whole = np.frombuffer(data, "u1").reshape(4, 3000)
    assert np.array_equal(np.load(io.BytesIO(content))["a"], whole)
    rows = (slice(1, 2),)
    with libnyz.Npz(content) as npz:
        assert npz.member(0).blocks == 5  # what the directory can say agrees
        assert npz.load_slice(0, rows).tobytes() == lie  # as docs/format.md 5.7 says
        for threads in (1, 2):
            assert np.array_equal(npz.load(0, threads=threads), whole)
            into = np.empty_like(whole)
            npz.load_into(0, into, threads=threads)
            assert np.array_equal(into, whole)
        assert npz.load_slice(0, rows, flags=libnyz.VERIFY).tobytes() == whole[1:2].tobytes()
        assert np.array_equal(npz.load_all(threads=2)[0], whole)
    with libnyz.Npz(content, flags=libnyz.UNTRUSTED) as npz:
        assert npz.load_slice(0, rows).tobytes() == whole[1:2].tobytes()


# ------------------------------------------------------------------------------------ the tool

@pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")
@pytest.mark.parametrize("command", ["cp", "pack"])
def test_block_rows_are_those_of_each_block(command, tmp_path):
    array = np.arange(200000).reshape(2000, 100)
    np.save(tmp_path / "a.npy", array)
    out = tmp_path / "out.npz"
    names = [tmp_path / "a.npy", out] if command == "cp" else [out, tmp_path / "a.npy"]
    fine(command, "--block-rows", "7", "--level", "1", *names)
    with libnyz.Npz(str(out)) as npz:
        assert npz.member(0).block_bytes == 7 * array[0].nbytes
        assert npz.member(0).blocks == 1 + -(-2000 // 7)
    assert np.array_equal(next(iter(np.load(out).values())), array)
    for wrong in ("0", "-1", "x", ""):
        assert b"--block-rows takes a number of rows, not" in fails(
            2, command, "--block-rows", wrong, *names).stderr
    assert b"--store cannot be combined with '--block-rows'" in fails(
        2, command, "--store", "--block-rows", "7", *names).stderr
