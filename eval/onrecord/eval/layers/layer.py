"""What a layer is to the scorer: one value with a name, measures, and plain functions.

A document's items are brought together once (*reading*); counts, verdicts, report, agreement and adjudication are read
off that. What a document adds to the scores is its :class:`State`: states add, and every score is a function of a sum.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

import msgspec

from onrecord.dataset import Document, Labels
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Item
from onrecord.eval.clusters.measures import Table
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.mentions import SpanAlignment
from onrecord.eval.layers.shown import in_words, shown_fields
from onrecord.eval.layers.state_columns import Floats, StateColumns
from onrecord.eval.statistics.counts import Counts, Score, score, total_counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.prediction_line import NotInText

if TYPE_CHECKING:
    from onrecord.eval.layers.verdict_columns import VerdictColumns


@dataclasses.dataclass(frozen=True)
class DocumentPair:
    """One document with its gold and predicted labels and what has been found out about them."""

    document: Document
    gold: Labels
    predicted: Labels
    mentions: SpanAlignment
    events: SpanAlignment
    ids: IdMap
    unplaced: tuple[NotInText, ...] = ()
    """What is predicted of it and not in the text."""


class Reading(Protocol):
    """One document's items of a layer, brought together; indices are places in these."""

    @property
    def gold(self) -> Sequence[Item]:
        """The gold items."""

    @property
    def predicted(self) -> Sequence[Item]:
        """The predictions."""


RIGHT, MISSED, SPURIOUS, OPTIONAL = "right", "missed", "spurious", "optional"
NOT_IN_TEXT = "not_in_text"
"""What becomes of a prediction whose words are not in the text."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What became of one gold item or one prediction."""

    gold: int | None
    """Index of the gold item; None for a prediction that is right with none."""
    predicted: int | None
    """Index of what answers it, right or wrong; None where nothing does. What is not in the text is numbered after the
    predictions that have a place."""
    outcome: str
    """``right``, ``optional`` for gold that the score leaves out, or what is wrong."""
    key: tuple[Hashable, ...]
    """What the item is, by place and content in gold's terms: equal over systems and independent of their ids."""
    text: str
    """The item in a few words."""


class Additive(Protocol):
    """What adds by itself, such as sets of things said, or a contingency table."""

    @classmethod
    def total(cls, parts: Iterable[Any]) -> Self:
        """The sum of any number."""


@dataclasses.dataclass(frozen=True)
class State:
    """What some documents add to a layer's scores."""

    counts: Mapping[str, Counts]
    """By measure, or by the part of one."""
    tables: tuple[Table, ...] = ()
    """Gold and predicted clusters, a table a document."""
    said: tuple[Additive, ...] = ()
    """What else the measures that do not add are functions of: of a layer always the same kinds of things, in order."""

    @classmethod
    def total(cls, states: Iterable[State]) -> State:
        """The sum of any number."""
        every = list(states)
        said = zip(*(each.said for each in every if each.said), strict=True)
        return cls(
            counts=total_counts(each.counts for each in every),
            tables=tuple(table for each in every for table in each.tables),
            said=tuple(type(several[0]).total(several) for several in said),
        )

    def __add__(self, other: State) -> State:
        return State.total((self, other))


@dataclasses.dataclass(frozen=True)
class Compared:
    """A field by which two annotators' versions of an item are compared."""

    field: str
    ordered: bool = True
    """For several values: whether their order matters."""

    def value(self, item: Item) -> str:
        """The field of an item, in a word; ``?`` for nothing."""
        found = getattr(item, self.field)
        if isinstance(found, tuple):
            return ", ".join(found if self.ordered else sorted(found))
        return found or "?"


R = TypeVar("R", bound=Reading)


@dataclasses.dataclass(frozen=True)
class Layer(Generic[R]):
    """A layer of the score."""

    name: str
    item: str
    """The field of a prediction line that makes a file take part in this layer, see
    :data:`onrecord.dataset.layers.LAYERS`."""
    measures: tuple[Measure, ...]
    """The headline first."""
    pair: Callable[[DocumentPair], R]
    """Brings one document's items together; done once, and kept."""
    state: Callable[[R], State]
    """What one document adds to the scores."""
    by_entity_ids: bool = False
    """Whether a file without a single entity id takes no part in it."""
    columns: Callable[[Corpus], StateColumns] | None = None
    """What all documents add, at once; where left out it is put together from ``state``."""
    judged_columns: Callable[[Corpus], tuple[StateColumns, VerdictColumns]] | None = None
    """The same with the verdicts that count; where left out these are read document by document."""
    whole: Callable[[State], Mapping[str, Counts | Score]] | None = None
    """The measures that do not add, from the sum over documents; by name, or by the part of one."""
    alone: Callable[[State], Score] | None = None
    """The headline alone, where it does not add: what ``whole`` has of it; read off that where left out."""
    alone_each: Callable[[StateColumns], Floats] | None = None
    """The headline on each document by itself, NaN where it is undefined; made from ``alone`` where left out."""
    verdicts: Callable[[R], list[Verdict]] | None = None
    """Of one document: every gold item, and every prediction that answers none. Right are those that the headline
    counts as right. None for a layer that is about no single item."""
    outcomes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What may be wrong with an item, beside being missed or spurious, and what that means."""
    told_on: str = ""
    """The layer on whose items the verdicts are shown; empty for one that has items of its own."""
    matches: Callable[[R], Sequence[tuple[int, int]]] | None = None
    """Gold and predicted index of what both sides have, whatever they say of it: what annotators are compared on."""
    compared: tuple[Compared, ...] = ()
    """What they are compared by."""
    rematched: Callable[[Sequence[Item], Sequence[Item]], Sequence[tuple[int, int]]] | None = None
    """Of two versions' items that match no other: those that are the same, though what they are about was changed."""
    agreed_by: tuple[str, ...] = ()
    """The measures that agreement is reported by, the foremost first; none for what nobody annotates."""
    units: str | None = None
    """For gamma: the field that is a unit's type, or an empty string; None where items are no units of the text."""
    label: str = ""
    """The field that an item is labelled with, of a vocabulary; empty where there is none."""
    label_title: str = ""
    """What its confusion matrix is called."""
    text: Callable[[Any], str] = in_words
    """An item in a few words."""
    shown: Callable[[Any, Labels], tuple[tuple[str, str], ...]] | None = None
    """What a reader is shown of an item beside its place and label, where that is not all of its fields."""

    def __post_init__(self) -> None:
        measures = tuple(dataclasses.replace(measure, layer=self.name) for measure in self.measures)
        object.__setattr__(self, "measures", measures)

    @property
    def headline(self) -> Measure:
        """The measure that the layer is quoted by."""
        return self.measures[0]

    @property
    def item_type(self) -> type[Item]:
        """The type of its items."""
        return LAYERS[self.item]

    @property
    def owns_items(self) -> bool:
        """Whether items are shown as its own."""
        return self.verdicts is not None and not self.told_on

    def judged(self, reading: R) -> list[Verdict]:
        """The verdicts that count: those of all but optional gold."""
        assert self.verdicts is not None
        return [verdict for verdict in self.verdicts(reading) if verdict.outcome != OPTIONAL]

    def said_of(self, item: Item, labels: Labels) -> tuple[tuple[str, str], ...]:
        """Names and values of what a reader is shown of an item; a name may come more than once."""
        return shown_fields(item, without=self.label) if self.shown is None else self.shown(item, labels)

    def scores(self, state: State, measures: Sequence[Measure] | None = None) -> dict[str, Score]:
        """Scores by name of the measure.

        Args:
            state: The sum over documents.
            measures: Those that are wanted; all where left out.
        """
        wanted = self.measures if measures is None else measures
        whole: Mapping[str, Counts | Score] = {}
        if self.whole is not None and not all(measure.adds for measure in wanted):
            whole = self.whole(state)
        return _scores(state.counts, whole, wanted)

    def headline_of(self, state: State) -> Score:
        """The headline alone, see :meth:`scores`."""
        if self.alone is not None:
            return self.alone(state)
        return self.scores(state, [self.headline])[self.headline.name]

    def scores_of(self, columns: StateColumns) -> dict[str, Score]:
        """Scores by name of the measure, from the columns of all documents."""
        whole = {name: each for part in columns.wholes for name, each in part.scores().items()}
        return _scores(columns.total(), whole, self.measures)


def _scores(
    counts: Mapping[str, Counts], whole: Mapping[str, Counts | Score], wanted: Sequence[Measure]
) -> dict[str, Score]:
    every = {**counts, **{name: each for name, each in whole.items() if isinstance(each, Counts)}}
    found = {name: score(each) for name, each in every.items()}
    found |= {name: each for name, each in whole.items() if not isinstance(each, Counts)}
    return {measure.name: measure.score(every, found) for measure in wanted}
