"""The logo of an exported competition: two quotation marks, drawn here as a PNG of a few hundred bytes."""

from __future__ import annotations

import struct
import zlib

SIDE = 256
"""Pixels."""

_PALETTE = bytes((24, 48, 72, 240, 232, 208))
"""Red, green and blue of the ground, then of the marks."""


def logo() -> bytes:
    """The picture: one bit a pixel, with a palette."""
    lines = b"".join(b"\0" + _line(y) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _line(y: int) -> bytes:
    bits = sum(1 << (SIDE - 1 - x) for x in range(SIDE) if _marked(x, y))
    return bits.to_bytes(SIDE // 8, "big")


def _marked(x: int, y: int) -> bool:
    """A mark is a disc with a tail that narrows to a point."""
    for centre in (84, 172):
        if (x - centre) ** 2 + (y - 104) ** 2 <= 32**2:
            return True
        if 104 <= y <= 184 and centre + 32 - (y - 104) * 0.75 - (184 - y) * 0.5 <= x <= centre + 32 - (y - 104) * 0.5:
            return True
    return False
