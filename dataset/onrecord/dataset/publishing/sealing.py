"""Words that only who has all the texts can read: sealed with a key that follows from them.

The key is as hard to guess as the texts are, taken together. The same words under the same key give the same bytes, and
other words share nothing with them: what hides them starts from their own keyed hash, which also shows whether they are
whole.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

_MARK = 32


def key_of(texts: Iterable[str]) -> bytes:
    """The key that follows from texts, in their order."""
    digest = hashlib.sha256(b"onrecord-standoff")
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()


def seal(words: bytes, key: bytes) -> str:
    """Words as they are handed on, in letters of base64."""
    mark = hmac.digest(key, words, "sha256")
    return base64.b64encode(mark + _hidden(words, key, mark)).decode("ascii")


def opened(sealed: str, key: bytes) -> bytes:
    """The words again.

    Raises:
        ValueError: The key is another one, or the words are not whole.
    """
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64") from error
    mark, hidden = raw[:_MARK], raw[_MARK:]
    words = _hidden(hidden, key, mark)
    if not hmac.compare_digest(mark, hmac.digest(key, words, "sha256")):
        raise ValueError("another key, or not whole")
    return words


def _hidden(words: bytes, key: bytes, mark: bytes) -> bytes:
    """Words with a stream of bits over them, which takes away what it puts there."""
    stream = hashlib.shake_256(key + mark).digest(len(words))
    return (int.from_bytes(words, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(words), "big")
