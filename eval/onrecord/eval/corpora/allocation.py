"""How the process holds its memory while arrays of some hundred kilobytes come and go."""

from __future__ import annotations

import functools

import numpy as np

_LARGEST = 2**25 - 2**16
"""Bytes; glibc learns from nothing larger than 32 MiB."""


@functools.cache
def keep_memory() -> None:
    """Have freed arrays kept for the next ones, once for the process.

    At first glibc takes every array from the system and gives it back at once, and the system fills it with zeros each
    time: a tenth to a third of what scoring costs. From the largest block that was freed it learns what to keep. This
    block is never written to, so that it takes no memory; other allocators are not affected.
    """
    np.empty(_LARGEST, np.uint8)
