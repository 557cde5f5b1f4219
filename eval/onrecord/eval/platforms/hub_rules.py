"""What the Hugging Face Hub asks of the files that are made for it, as facts with their sources and days.

The facts lie in ``hub_rules.json``, written down from what the Hub publishes; nothing here asks the Hub. What it has
changed since is not known here, so that a name that is missing is told and not refused.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where some of the facts stand."""

    about: str
    """The fields of :class:`HubRules` that were read there."""
    repository: str
    path: str
    commit: str
    date: str
    """The day of the commit, ``YYYY-MM-DD``."""


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a mapping."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


class HubRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The facts."""

    sources: tuple[Source, ...]
    frameworks: tuple[str, ...]
    """What ``evaluation_framework`` of an ``eval.yaml`` may be; another one is refused when it is pushed."""
    benchmark: Keys
    """Of ``eval.yaml``."""
    task: Keys
    """Of each of its tasks."""
    more: dict[str, tuple[str, ...]]
    """Further keys of a task that a framework asks for."""
    result: Keys
    """Of each entry of ``.eval_results/*.yaml``."""
    result_dataset: Keys
    result_source: Keys
    gate_keys: tuple[str, ...]
    """Keys of a card's header that say how access is asked for."""
    gate_fields: tuple[str, ...]
    """Kinds of fields that whoever asks for access fills in."""
    licences: tuple[str, ...]
    """What ``license`` of a card may be."""

    def day_of(self, field: str) -> str:
        """The day of the source that a field was read from."""
        return next(source.date for source in self.sources if field in source.about.split(", "))


@functools.cache
def hub_rules() -> HubRules:
    """The facts, read once."""
    return msgspec.json.decode(Path(__file__).with_name("hub_rules.json").read_bytes(), type=HubRules)
