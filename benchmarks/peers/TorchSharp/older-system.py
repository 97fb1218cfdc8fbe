#!/usr/bin/env python3
"""Lets TorchSharp's native library load where the C++ library is older than it asks for: older-system.py LIBRARY [VERSION]

TorchSharp 0.107 was linked by GCC 13 and so needs GLIBCXX_3.4.32, for one symbol, std::ios_base_library_init, that nothing
calls: it only says that the streams are set up by the library. Debian 12 and Ubuntu 22.04 have GLIBCXX_3.4.30. This marks the
need as weak (VER_FLG_WEAK), so that the loader tells of it no more than in a warning. Any other symbol of that version is
refused: it would be missing.
"""
import struct
import sys

HARMLESS = b"_ZSt21ios_base_library_initv"
WEAK = 2


def sections(data):
    """The sections of a 64-bit little-endian ELF file by type: (offset, size, link, entries)."""
    if data[:6] != b"\x7fELF\x02\x01":
        sys.exit("older-system.py: this is no 64-bit ELF file")
    (start,), (size, count) = struct.unpack_from("<Q", data, 40), struct.unpack_from("<HH", data, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, start + i * size) for i in range(count)]
    return headers, {header[1]: header for header in headers}


def text(data, table, offset):
    start = table[4] + offset
    return bytes(data[start:data.index(0, start)])


def main(path, version):
    data = bytearray(open(path, "rb").read())
    headers, by_type = sections(data)
    needs, versions, symbols = by_type[0x6FFFFFFE], by_type[0x6FFFFFFF], by_type[11]
    names = headers[needs[6]]
    position, found = needs[4], None
    for _ in range(needs[7]):
        _, count, _, first, following = struct.unpack_from("<HHIII", data, position)
        entry = position + first
        for _ in range(count):
            _, flags, index, name, step = struct.unpack_from("<IHHII", data, entry)
            if text(data, names, name) == version:
                found = entry, flags, index
            entry += step
        position += following
    if found is None:
        sys.exit(f"older-system.py: '{path}' does not need {version.decode()}")
    entry, flags, index = found
    for i in range(symbols[5] // 24):
        (own,) = struct.unpack_from("<H", data, versions[4] + 2 * i)
        symbol = text(data, headers[symbols[6]], struct.unpack_from("<I", data, symbols[4] + 24 * i)[0])
        if own & 0x7FFF == index and symbol != HARMLESS:
            sys.exit(f"older-system.py: '{path}' needs {symbol.decode()} of {version.decode()}, which an older C++ library lacks")
    struct.pack_into("<H", data, entry + 4, flags | WEAK)
    with open(path, "r+b") as file:
        file.write(data)
    print(f"'{path}' does without {version.decode()}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main(sys.argv[1], (sys.argv[2] if len(sys.argv) == 3 else "GLIBCXX_3.4.32").encode())
