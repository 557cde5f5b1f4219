"""Names to ids: those of the registries where a name is of one row alone, else ids of the file's own that bear it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset.records import REGISTERED, UNKNOWN
from onrecord.eval.grounding.folding import letters
from onrecord.eval.prompting.known import KnownRow

KINDS = tuple(REGISTERED)

LONGEST = 90
"""Characters of an id that is made of a name."""

Links = Mapping[tuple[str, str], Mapping[str, str]]
"""By topic and kind, the name that each name of its articles goes by, the former as :func:`same` gives it."""


def same(name: str) -> str:
    """What two names have in common that are one but for case, accents and punctuation."""
    return letters(name) or name.strip()


def one_line(name: str) -> str:
    """A name as one line of text without control characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in name).split())


class Names:
    """The ids of one prediction file.

    Args:
        rows: The rows of the registries by kind; none where nothing of them may be known.
        links: What a second step has found to be one.
    """

    def __init__(self, rows: Mapping[str, Sequence[KnownRow]], links: Links | None = None) -> None:
        self._links = links or {}
        self._ids = {kind: {row.id for row in rows.get(kind, ())} for kind in KINDS}
        self._registered = {kind: _by_name(rows.get(kind, ())) for kind in KINDS}
        self._own: dict[tuple[str, str], str] = {}
        self._names: dict[tuple[str, str], str] = {}

    def id_of(self, kind: str, name: str, topic: str) -> str:
        """The id that a name stands for in the articles of a topic.

        Args:
            kind: ``entity``, ``event``, ``claim`` or ``utterance``.
            name: An id of the registry, or a name, a title, a sentence; not blank.
            topic: The article's.
        """
        name = self._links.get((topic, kind), {}).get(same(name), name)
        if name in self._ids[kind]:
            return name
        key = same(name)
        registered = self._registered[kind].get(key)
        if registered is not None:
            return registered
        if (kind, key) not in self._own:
            self._own[kind, key] = id = self._made(kind, name, key)
            self._names[kind, id] = one_line(name)
        return self._own[kind, key]

    def name_of(self, kind: str, id: str) -> str | None:
        """The name of an id of the file's own; None for one of a registry."""
        return self._names.get((kind, id))

    def _made(self, kind: str, name: str, key: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
        slug = "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST].strip("-")
        if not slug or slug in self._ids[kind] or (kind, slug) in self._names or slug == UNKNOWN:
            slug = f"{slug or kind}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
        return slug


def _by_name(rows: Sequence[KnownRow]) -> dict[str, str]:
    """The id of each name that is of one row; a name comes before another row's alias."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name in row.aliases:
            found.setdefault(same(name), set()).add(row.id)
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(same(row.name), set()).add(row.id)
    return {key: next(iter(ids)) for key, ids in {**found, **own}.items() if len(ids) == 1 and key}


def name_in(value: Any) -> str | None:
    """The name that a value of a reply is, be it an object with a name; None for none."""
    if isinstance(value, Mapping):
        value = next(
            (value[each] for each in ("name", "title", "text", "id") if isinstance(value.get(each), str)), None
        )
    return value if isinstance(value, str) and one_line(value) else None
