"""JSON that stands in a page: as it is, or several documents packed together."""

from __future__ import annotations

import base64
import json
import zlib

import msgspec

_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script_json(value: object) -> str:
    r"""JSON that may stand inside a script element: nothing in it can end the element or begin a comment.

    >>> script_json("</script><!--")
    '"\\u003c/script\\u003e\\u003c!--"'
    """
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)


PART = 1 << 18
"""Bytes of JSON that a part has at least, but for the last: one document is read with its neighbours."""


_LEVEL = 5
"""A third less time than zlib's own choice, for a page that is 4 % longer."""


def packed(content: bytes) -> str:
    """Bytes in zlib's format, as base64: letters, digits, ``+``, ``/`` and ``=`` are inert in any element."""
    return base64.b64encode(zlib.compress(content, _LEVEL)).decode("ascii")


def line_json(value: object) -> bytes:
    r"""JSON in one line of UTF-8, what JavaScript's own JSON would be; half a character is an escape.

    Args:
        value: Strings, whole numbers and what holds them.

    >>> line_json(["\ud800", "b\n"])
    b'["\\ud800","b\\n"]'
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return written.encode("utf-8", "backslashreplace")


class Parts:
    """Documents as parts of the page: some lines of JSON each, packed together."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        """The number of the first document of each part."""
        self.packed: list[str] = []
        self._lines: list[bytes] = []
        self._size = self._documents = 0

    def add(self, value: object) -> None:
        """One more document."""
        if not self._lines:
            self.firsts.append(self._documents)
        line = line_json(value)
        self._lines.append(line)
        self._documents += 1
        self._size += len(line)
        if self._size >= PART:
            self.end()

    def end(self) -> None:
        """Pack what is not packed yet."""
        if self._lines:
            self.packed.append(packed(b"\n".join(self._lines)))
        self._lines, self._size = [], 0
