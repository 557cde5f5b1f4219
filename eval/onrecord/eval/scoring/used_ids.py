"""Which ids the documents of a file use, those that are not scored included."""

from __future__ import annotations

from onrecord.dataset.records import Labels
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.ids import Names, named_by_sources
from onrecord.eval.layers.line_columns import sources_of
from onrecord.eval.submission.line_block import NO_WORD, LineBlock
from onrecord.eval.submission.reading import SubmissionHead


class UsedIds:
    """Takes documents one after the other.

    Args:
        names: Those of the rows that the source of a quote may name.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._entities: set[str | None] = set()
        self._events: set[str] = set()
        self._sources: set[tuple[str, str]] = set()

    def add(self, labels: Labels) -> None:
        """Take the labels of a document."""
        self._entities.update([mention.entity for mention in labels.mentions])
        self._events.update([mention.event for mention in labels.events])
        self._sources |= named_by_sources([labels], self._names)

    def add_several(self, lines: LineBlock) -> None:
        """Take the lines of several documents."""
        clusters = lines.layers["mentions"].coded("entity")
        self._entities.update(clusters.words)
        if NO_WORD in clusters.codes:
            self._entities.add(None)
        self._events.update(lines.layers["events"].coded("event").words)
        self._sources |= sources_of(lines.layers["quotes"], self._names)

    def described(self, head: SubmissionHead) -> Described:
        """These with what the file says of ids."""
        return Described(
            head.entities,
            head.claims,
            head.event_descriptions,
            frozenset(id for id in self._entities if id),
            frozenset(self._events),
            frozenset(self._sources),
            None in self._entities,
        )
