# SPDX-License-Identifier: MIT
"""The archives made by hand: what other programs than NumPy write (good), and every lie that
a zip archive can tell (bad).  docs/format.md 4 decides which is which.

The members expected of an archive are pairs (name, what): bytes that the member holds, or the
status with which loading it fails; None in place of the list: opening fails."""

import bz2
import lzma
import struct
import zlib

import numpy as np

from fixture_parts import Member, archive, deflated, header, npy, saved, zip64_extra

A = saved(np.arange(3, dtype="<i4"))
B = saved(np.array([[1.5, 2.5]], order="F"))
TEXT = b"no array\n"
FULL = 0xFFFFFFFF


def two(method=0, **of_first):
    return [Member("a.npy", A, method, **of_first), Member("b.npy", B, method)]


BOTH = [("a.npy", A), ("b.npy", B)]


def good_names(add):
    def of(name, names, shows, items, expect=None, **more):
        members = [Member(n, A, **more) for n in names]
        add(name + ".npz", archive(members), shows, items,
            members=[(e, A) for e in expect or names])

    of("names_cp437", [b"\x81\x84\xe1.npy"], "a name in code page 437", [69],
       ["\u00fc\u00e4\u00df.npy"])
    of("names_not_utf8", [b"\xff\xc3(\xe2\x82.npy"], "a name that is no UTF-8 where it should be",
       [69], ["\ufffd\ufffd(\ufffd.npy"], flags=0x800)
    of("names_utf8", ["\u65e5\u672c.npy", "\U0001f600.npy", "e\u0301.npy"], "names in UTF-8", [69])
    for size in (255, 256, 1000, 65535):
        of("names_%d" % size, ["n" * (size - 4) + ".npy"], "a name of %d bytes" % size, [70])
    of("names_odd", ["../up.npy", "/root.npy", "C:\\x.npy", "a//b.npy", ".npy", ""],
       "names that are no safe file names", [66, 71])
    of("names_suffix", ["plain", "A.NPY", "x.npy.npy", "x.npy"], "arrays under other names", [66])
    of("names_control", ["a\nb.npy", "\x1b[31m.npy", "tab\t.npy"], "names with control characters", [69])


def good_layouts(add):
    def same(name, content, shows, items, members=None):
        add(name + ".npz", content, shows, items, members=members or BOTH)

    same("plain_stored", archive(two()), "a plain archive, stored", [64])
    same("plain_deflated", archive(two(8)), "a plain archive, deflated", [64])
    first = Member("a.npy", A, 8, data=deflated(A, 0))
    fixed = Member("b.npy", B, 8, data=deflated(B, 9, zlib.Z_FIXED))
    same("deflate_blocks", archive([first, fixed]), "deflate: stored and fixed blocks", [64])
    flush = zlib.compressobj(6, zlib.DEFLATED, -15)
    pieces = b"".join(flush.compress(A[i:i + 20]) + flush.flush(zlib.Z_SYNC_FLUSH)
                      for i in range(0, len(A), 20)) + flush.flush()
    same("deflate_flushed", archive([Member("a.npy", A, 8, data=pieces)]), "deflate: many flushes",
         [64], [("a.npy", A)])
    for size in (1, 65513, 65514, 65535):
        same("comment_%d" % size, archive(two(), comment=b"c" * size), "a comment of %d bytes" % size,
             [72])
    fake = archive([Member("fake.npy", B)])
    same("comment_record", archive(two(), comment=fake), "an archive as the comment", [72],
         [("fake.npy", B)])
    same("comment_signature", archive(two(), comment=b"PK\5\6" + b"x" * 30),
         "the end record's signature in the comment", [72])
    same("prefix", archive(two(), prefix=b"#!/bin/sh\nexit\n"), "bytes before, counted by offsets", [73])
    same("prefix_shift", archive(two(), prefix=b"MZ program", base=10),
         "bytes before, not counted by offsets", [73])
    same("nul_padding", archive(two(), suffix=bytes(700)), "NULs behind, as tapes and pipes have them",
         [73])
    same("gaps", archive([Member("a.npy", A, after=b"gap"), Member("b.npy", B, after=b"gap")]),
         "bytes between the members", [83])
    same("directory_order", archive([Member("b.npy", B, at=len(Member("a.npy", A).local_bytes())),
                                     Member("a.npy", A, at=0)],
                                    prefix=b"".join(m.local_bytes() for m in two())),
         "the directory in another order than the data", [83], [("b.npy", B), ("a.npy", A)])
    same("duplicates", archive([Member("a.npy", A), Member("a.npy", B)]), "a name twice: the last counts",
         [68], [("a.npy", A), ("a.npy", B)])
    first = archive([Member("a.npy", B)])
    same("two_archives", archive([Member("a.npy", A)], prefix=first, base=len(first)),
         "an archive after another: the last counts", [73], [("a.npy", A)])
    hidden = Member("hidden.npy", B).local_bytes()
    same("hidden_member", archive(two(), between=hidden, suffix=bytes(65536)),
         "a member that the directory does not list, NULs after the end", [83])
    same("attributes_symlink", archive([Member("a.npy", A, central={"external": 0o120777 << 16})]),
         "a member marked as a symbolic link", [71], [("a.npy", A)])
    same("attributes_directory", archive([Member("a.npy", A, central={"external": 0x41ED0010})]),
         "a member marked as a directory", [71], [("a.npy", A)])
    dos = {"made": 0x0014, "external": 0x20, "time": 0x6C32, "date": 0x5A21}
    same("dos", archive(two(central=dos, local={"time": 0x6C32, "date": 0x5A21})),
         "made under DOS, with a date", [64])
    stamp = b"UT\5\0\1\0\0\0\0" + b"ux\x0b\0\1\4\0\0\0\0\4\0\0\0\0"
    noted = {"extra": stamp[:9], "comment": b"hi"}
    same("extras", archive(two(local={"extra": stamp}, central=noted)),
         "other programs' extra fields, a member's comment", [83])
    folder = Member("dir/", b"", central={"external": 0x41ED0010})
    same("folders", archive([folder, Member("dir/a.npy", A)]), "a folder", [71],
         [("dir/", b""), ("dir/a.npy", A)])
    same("raw_members", archive([Member("note.txt", TEXT), Member("fake.npy", TEXT, 8),
                                 Member("none.npy", b""), Member("none8.npy", b"", 8),
                                 Member("short.npy", A[:5])]),
         "members that hold no arrays", [66, 84],
         [("note.txt", TEXT), ("fake.npy", TEXT), ("none.npy", b""), ("none8.npy", b""),
          ("short.npy", A[:5])])
    pickled = npy(header("|O", ()), b"\x80\x04N.")
    same("objects", archive([Member("o.npy", pickled), Member("a.npy", A)]),
         "an array of Python objects beside another", [34], [("o.npy", "unsupported"), ("a.npy", A)])
    same("mixed_objects", archive([Member("a.npy", A), Member("none.npy", pickled), Member("b.npy", A, 8),
                                   Member("deflated.npy", pickled, 8), Member("note.txt", TEXT)]),
         "arrays of Python objects among others", [34],
         [("a.npy", A), ("none.npy", "unsupported"), ("b.npy", A), ("deflated.npy", "unsupported"),
          ("note.txt", TEXT)])


def blocks_of(content, head, unit):
    return [content[:head]] + [content[at:at + unit] for at in range(head, len(content), unit)]


def index(head, unit, entries):
    """The extra field of docs/format.md 5.7; an entry: deflated size, CRC-32."""
    data = struct.pack("<3I", 1, head, unit) + b"".join(struct.pack("<2I", *e) for e in entries)
    return struct.pack("<2H", 0x594E, len(data)) + data


def in_blocks(content, head, unit, end=b"", method=8, change=lambda entries: entries, more=b""):
    """A member in blocks; end: of the last one, in place of its own final block."""
    stored, entries = b"", []
    blocks = blocks_of(content, head, unit)
    for number, block in enumerate(blocks):
        z = zlib.compressobj(6, zlib.DEFLATED, -15)
        last = number + 1 == len(blocks) and not end
        data = z.compress(block) + z.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)
        data = block if method == 0 else data + (end if number + 1 == len(blocks) else b"")
        stored += data
        entries.append((len(data), zlib.crc32(block)))
    extra = index(head, unit, change(entries)) + more
    return Member("a.npy", content, method, data=stored, central={"extra": extra})


def good_blocks(add):
    rows = saved(np.arange(300, dtype="<i4").reshape(30, 10) % 7)
    columns = saved(np.asfortranarray(np.arange(90, dtype="<f8").reshape(6, 15)))

    def same(name, content, shows, member):
        add(name + ".npz", archive([member]), shows, [91], members=[("a.npy", content)])

    same("blocks", rows, "a member in blocks of 7 rows, with their index", in_blocks(rows, 128, 280))
    same("blocks_even", rows, "blocks of one size, the final one empty",
         in_blocks(rows, 128, 240, end=b"\3\0"))
    same("blocks_fortran", columns, "blocks of 4 columns", in_blocks(columns, 128, 192))
    same("blocks_stored", rows, "a stored member with an index", in_blocks(rows, 128, 280, method=0))
    same("blocks_extra", rows, "an index before another field",
         in_blocks(rows, 128, 280, more=b"XX\1\0x"))

    def lies(name, shows, change, more=b"", unit=280):
        add("blocks_%s.npz" % name, archive([in_blocks(rows, 128, unit, change=change, more=more)]),
            shows, [92], members=[("a.npy", rows)])

    lies("twice", "two indexes: none counts", lambda e: e, more=index(128, 280, [(1, 2)]))
    lies("sizes", "blocks that begin elsewhere than the index says",
         lambda e: [(e[0][0] + 1, e[0][1]), (e[1][0] - 1, e[1][1]), *e[2:]])
    lies("crc", "CRCs that do not combine to the member's",
         lambda e: [(size, crc ^ (i == 2)) for i, (size, crc) in enumerate(e)])
    lies("fewer", "an index with an entry too few", lambda e: e[:-1])
    lies("order", "an index in another order", lambda e: e[::-1])
    add("blocks_head.npz", archive([in_blocks(rows, 64, 280)]), "a first block that is no header",
        [92], members=[("a.npy", rows)])


def good_zip64(add):
    big = dict(local={"csize": FULL, "usize": FULL, "extra": zip64_extra(len(A), len(A))},
               central={"csize": FULL, "usize": FULL, "extra": zip64_extra(len(A), len(A))})
    add("zip64_central.npz", archive(two(**big)), "zip64 sizes in the directory", [75], members=BOTH)
    start = len(Member("a.npy", A).local_bytes())
    last = Member("b.npy", B, central={"csize": FULL, "usize": FULL, "offset": FULL,
                                       "extra": b"XX\1\0x" + zip64_extra(len(B), len(B), start)})
    add("zip64_offset.npz", archive([Member("a.npy", A), last]), "a zip64 offset behind another extra",
        [75], members=BOTH)
    on_disk = Member("a.npy", A, central={"version": 45, "csize": FULL, "usize": FULL, "offset": FULL,
                                          "disk": 0xFFFF, "extra": struct.pack(
                                              "<2H3QI", 1, 28, len(A), len(A), 0, 0)})
    add("zip64_disk_number.npz", archive([on_disk]), "sizes, offset and disk in the zip64 extra", [75],
        members=[("a.npy", A)])
    add("zip64_end.npz", archive(two(), zip64={}), "zip64 end records, all values repeated", [75],
        members=BOTH)
    whole = archive(two(), zip64={})
    assert whole[-26:-22] == struct.pack("<I", 1)
    add("zip64_no_disks.npz", whole[:-26] + bytes(4) + whole[-22:], "a zip64 locator that counts no disk",
        [75], members=BOTH)
    ones = {"here": 0xFFFF, "total": 0xFFFF, "size": FULL, "offset": FULL}
    add("zip64_end_ones.npz", archive(two(), zip64={}, end=ones), "zip64 end records, all ones before",
        [75], members=BOTH)
    inner = archive([Member("evil.npy", B)], zip64={})
    tail = saved(np.frombuffer(inner[-98:-22] + b"x", np.uint8))
    add("zip64_hijack.npz", archive([Member("a.npy", tail)]),
        "zip64 end records in the data of an array", [82], members=[("a.npy", tail)])
    for name, crc in (("64", True), ("32", True), ("bare", False)):
        size = "Q" if name == "64" else "I"
        after = b"PK\7\x08" * crc + struct.pack("<I2" + size, zlib.crc32(A), len(A), len(A))
        late = Member("a.npy", A, flags=8, after=after, local={"crc": 0, "csize": 0, "usize": 0})
        add("descriptor_%s.npz" % name, archive([late, Member("b.npy", B)]),
            "a data descriptor, kind '%s'" % name, [74], members=BOTH)


def bad_members(add):
    """The archive opens; its first member is refused, the second one is fine."""
    def first(name, shows, items, status="corrupt", content=A, method=0, **lies):
        members = [Member("a.npy", content, method, **lies), Member("b.npy", B)]
        add(name + ".npz", archive(members), shows, items, bad=True,
            members=[("a.npy", status), ("b.npy", B)])

    n, z = len(A), deflated(A)
    wrong = zlib.crc32(A) ^ 1
    first("crc", "a wrong CRC in both headers", [77], local={"crc": wrong}, central={"crc": wrong})
    first("crc_deflated", "the same, deflated", [77], method=8, local={"crc": wrong},
          central={"crc": wrong})
    first("crc_zero", "a CRC of 0", [77], local={"crc": 0}, central={"crc": 0})
    first("crc_local", "CRCs that differ", [77], local={"crc": wrong})
    first("data_flipped", "a flipped bit in the data", [77], data=A[:-1] + b"\xfe")
    first("usize_local", "sizes that differ", [78], local={"usize": n - 1})
    first("csize_local", "stored sizes that differ", [78], local={"csize": n + 1})
    both = {"local": {"usize": n + 1}, "central": {"usize": n + 1}}
    first("usize_more", "one byte more announced than inflates", [78], method=8, **both)
    both = {"local": {"usize": n - 1}, "central": {"usize": n - 1}}
    first("usize_less", "one byte less announced than inflates", [78], method=8, **both)
    first("csize_more", "a byte behind the deflate stream", [78], method=8, data=z + b"\0")
    first("csize_less", "a deflate stream without its end", [78], method=8, data=z[:-1])
    first("deflate_bad", "no deflate stream", [78], method=8, data=b"\xff" * 40)
    first("deflate_far", "a deflate stream that points before its start", [78], method=8,
          data=bytes.fromhex("4b04620000") + b"\0" * 10)
    first("name_differs", "names that differ", [81], local={"name": b"c.npy"})
    first("name_longer", "a longer name in the local header", [81], local={"name": b"a.npy."})
    first("method_differs", "methods that differ", [80], local={"method": 8})
    first("flags_differ", "flags that differ", [79], local={"flags": 0x800})
    add("local_signature.npz", archive(two()).replace(b"PK\3\4", b"PK\3\5", 1),
        "no local header where the directory says", [81], bad=True,
        members=[("a.npy", "corrupt"), ("b.npy", B)])
    first("trailing_member", "bytes behind the array", [29, 84], content=A + b"x")
    first("cut_member", "an array that is cut", [28, 84], content=A[:-1])
    first("cut_header", "a header that is cut", [6, 84], content=A[:40])
    first("magic_only", "nothing but the magic", [6, 84], content=A[:6])
    first("bomb_header", "a header of 4 GiB announced", [26, 84], "limit",
          content=A[:6] + b"\2\0" + b"\xff" * 4)


def bad_directories(add):
    """What is refused on opening."""
    def refused(name, content, shows, items, status="corrupt"):
        add(name + ".npz", content, shows, items, outcome=status)

    n = len(A)
    whole = archive(two())
    for bit, what in ((0, "encrypted"), (5, "a patch"), (6, "strongly encrypted"), (13, "masked")):
        refused("flag_%d" % bit, archive(two(flags=1 << bit)), what, [79], "unsupported")
    for method, what, data in ((12, "bzip2", bz2.compress(A)), (14, "LZMA", lzma.compress(A)),
                               (93, "Zstandard", A), (1, "shrunk", A), (9, "deflate64", A)):
        refused("method_%d" % method, archive([Member("a.npy", A, method, data=data)]),
                "method %d, %s" % (method, what), [80], "unsupported")
    refused("version_64", archive(two(central={"version": 64})), "version needed over 63", [80],
            "unsupported")
    refused("stored_sizes", archive(two(local={"usize": n - 1}, central={"usize": n - 1})),
            "stored, but the sizes differ", [78])
    refused("ratio", archive(two(8, local={"usize": 10**6}, central={"usize": 10**6})),
            "more announced than deflate can give", [78])
    refused("size_huge", archive(two(central={"csize": 2**31, "usize": 2**31})),
            "more bytes announced than the file has", [78])
    refused("offset_huge", archive(two(central={"offset": 2**31})), "an offset behind the end", [83])
    refused("offset_middle", archive(two(central={"offset": len(whole) - 60})),
            "an offset in the directory", [83])
    refused("overlap", archive([Member("a.npy", A), Member("b.npy", A, at=0)]), "two members overlap",
            [83])
    inner = Member("in.npy", B).local_bytes()
    refused("overlap_inside", archive([Member("a.npy", inner), Member("in.npy", B, at=35)]),
            "a member within another", [83])
    refused("name_nul", archive([Member(b"a.npy\0x", A)]), "a NUL in a name", [69])
    refused("extra_cut", archive(two(central={"extra": b"XX\5\0ab"})), "an extra field that is cut", [83])
    refused("extra_short", archive(two(central={"extra": b"XX\0"})), "three bytes of extra fields", [83])
    refused("zip64_missing", archive(two(central={"csize": FULL, "usize": FULL})),
            "sizes in a zip64 field that is not there", [75])
    half = {"csize": FULL, "usize": FULL, "extra": zip64_extra(n)}
    refused("zip64_short", archive(two(central=half)), "half of a zip64 field", [75])
    refused("zip64_negative", archive(two(central={"csize": FULL, "usize": FULL,
                                                   "extra": zip64_extra(2**64 - 1, 2**64 - 1)})),
            "sizes of 2^64 - 1", [75])
    refused("disk", archive(two(central={"disk": 1})), "a member on another disk", [83])
    for name, end in (("count_0", {"here": 0, "total": 0}), ("count_1", {"here": 1, "total": 1}),
                      ("count_5", {"here": 5, "total": 5}), ("counts_differ", {"here": 1}),
                      ("end_size", {"size": 10}), ("end_size_huge", {"size": 2**31}),
                      ("end_offset", {"offset": 2**31}), ("end_offset_more", {"offset": len(whole) - 20}),
                      ("comment_less", {"comment_size": 1})):
        refused(name, archive(two(), end=end), "the end record lies: " + name, [83])
    for name in ("disk", "cd_disk"):
        refused("end_" + name, archive(two(), end={name: 1}), "an archive of several disks", [83],
                "unsupported")
    refused("comment_more", archive(two(), comment=b"ab", end={"comment_size": 1}),
            "a comment longer than announced", [72])
    refused("suffix", archive(two(), suffix=b"junk"), "bytes behind the end record", [73])
    refused("central_signature", whole.replace(b"PK\1\2", b"PK\1\3", 1), "no central header", [83])
    refused("central_gap", archive(two(), end={"size": 2 * 51 - 1}), "a directory a byte short", [83])
    for name, record in (("zip64_count", {"here": 3, "total": 3}), ("zip64_size", {"cd_size": 2**63}),
                         ("zip64_offset", {"cd_offset": 2**63 - 1}), ("zip64_disk", {"disk": 1}),
                         ("zip64_record", {"size": 43})):
        refused(name, archive(two(), zip64=record), "the zip64 end record lies: " + name[6:], [75])
    refused("zip64_locator", archive(two(), zip64={}, locator=3), "a locator that points elsewhere", [82])
    refused("zip64_locator_huge", archive(two(), zip64={}, locator=2**63), "a locator past everything",
            [82])
    disagree = archive(two(), zip64={}, end={"here": 1, "total": 1})
    refused("zip64_disagree", disagree, "two end records that differ", [75])
    for size in (0, 1, 4, 21):
        refused("cut_%d" % size, whole[-22:][:size], "%d bytes of an archive" % size, [65, 83])
    for size in (30, n, len(whole) - 22, len(whole) - 1):
        refused("cut_%d" % size, whole[:size], "an archive cut after %d bytes" % size, [83])
    refused("no_directory", b"".join(m.local_bytes() for m in two()), "members without a directory", [83])
    large = Member("a.npy", saved(np.arange(3000) ** 2), 8).local_bytes()
    refused("cut_deflated", large[:len(large) // 2], "an archive cut in a deflated member", [83])
    refused("cut_front", whole[50:], "an archive without its front", [83])
    refused("npy", A, "a .npy file", [64], "unsupported")
    refused("text", TEXT * 20, "a text file", [83])


def zip_files(add):
    for group in (good_names, good_layouts, good_zip64, good_blocks, bad_members, bad_directories):
        group(add)
