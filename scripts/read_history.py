#!/usr/bin/env python3
"""Reads a file of Ridgewalk (*.rwh, *.rwe, *.rwa, *.rwc): a line of text, then gzip of MessagePack with named fields."""
import gzip
import json
import struct
import sys

PLAIN = {0xC0: None, 0xC2: False, 0xC3: True}
NUMBERS = dict(zip(range(0xCA, 0xD4), [">f", ">d", ">B", ">H", ">I", ">Q", ">b", ">h", ">i", ">q"]))
SIZES = dict(zip([0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF], [">B", ">H", ">I"] * 2 + [">H", ">I"] * 2))


def unpack(b, i):
    """The value that begins at byte i, and the place behind it."""
    kind, i = b[i], i + 1
    if kind < 0x80 or kind >= 0xE0:
        return kind - 256 * (kind >= 0xE0), i
    if kind in PLAIN:
        return PLAIN[kind], i
    if kind in NUMBERS:
        return struct.unpack_from(NUMBERS[kind], b, i)[0], i + struct.calcsize(NUMBERS[kind])
    size = kind & (31 if 0xA0 <= kind < 0xC0 else 15)
    if kind in SIZES:
        size, i = struct.unpack_from(SIZES[kind], b, i)[0], i + struct.calcsize(SIZES[kind])
    if kind < 0x90 or kind >= 0xDC:
        is_map, values = kind < 0x90 or kind >= 0xDE, []
    elif kind < 0xA0:
        is_map, values = False, []
    else:
        return (b[i : i + size] if kind in (0xC4, 0xC5, 0xC6) else b[i : i + size].decode()), i + size
    for _ in range(size * (1 + is_map)):
        value, i = unpack(b, i)
        values.append(value)
    return (dict(zip(values[::2], values[1::2])) if is_map else values), i


def read(path):
    """The first line and the value of a file."""
    with open(path, "rb") as file:
        return file.readline().decode().strip(), unpack(gzip.decompress(file.read()), 0)[0]


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1])[1], default=list))
