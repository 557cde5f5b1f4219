"""The label scheme of a corpus as data: which layers are labelled, with which words, and whether ids are wanted.

A corpus states it in its ``onrecord.toml``, a dataset folder in its ``scheme.json``; what is not stated is as in the
published dataset. The labelling page, its checks, prediction files, scores, card, Croissant and Parquet follow from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import msgspec

from onrecord.dataset.records import (
    ITEM_TYPES,
    EntityType,
    MentionKind,
    Modality,
    QuoteMode,
    Role,
    StanceBasis,
    StanceLabel,
    Strict,
)

Word = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[^\W_][\w.&+/'-]*$(?!\n)",
        description="1 to 64 letters and digits, and within them _ . & + / ' -",
    ),
]
"""A label of a vocabulary: letters and digits of any script, and within it ``_ . & + / ' -``."""

Words = Annotated[tuple[Word, ...], msgspec.Meta(min_length=1, max_length=200)]

FIELD_NAMES = tuple(ITEM_TYPES)
"""The layers that a scheme may have."""

WITHOUT_IDS = ("mentions", "quotes")
"""The layers that make sense without ids: a stance is somebody's about something, an event is known by its id."""


class Scheme(Strict, frozen=True, kw_only=True):
    """What is labelled in a corpus; the default is the published scheme."""

    layers: tuple[str, ...] = FIELD_NAMES
    """The layers that are labelled: ``mentions``, ``quotes``, ``stances``, ``events``."""
    ids: bool = True
    """Whether items say which entity, event or claim they are about; without, neither ids nor registries are asked for
    and nothing that depends on them is scored."""
    entity_types: Words = get_args(EntityType)
    """What a mention may be a mention of."""
    free_types: tuple[Word, ...] = ("NORP",)
    """Types of mentions whose entity may be of another type, such as ``Russian`` of the country."""
    mention_kinds: Words = get_args(MentionKind)
    """The first is the default, and what the headline of entities counts: names."""
    quote_modes: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1, max_length=12)] = get_args(QuoteMode)
    """The first is the default."""
    claim_labels: Words = get_args(StanceLabel)[:3]
    """What a stance says of a claim. Contradictions are told between ``asserts`` and ``denies`` alone."""
    stance_labels: Words = get_args(StanceLabel)[3:]
    """What a stance says of an entity or event; a word may be in both."""
    stance_bases: Words = get_args(StanceBasis)
    """The first is the default."""
    event_modalities: Words = get_args(Modality)
    """Of the mentions of events; the first is the default. ``denied`` contradicts every other."""
    participant_roles: Words = get_args(Role)
    """What an entity may do in an event of the registry."""

    @property
    def all_labels(self) -> tuple[str, ...]:
        """The labels of stances on whatever."""
        return tuple(dict.fromkeys((*self.claim_labels, *self.stance_labels)))

    def labels_of(self, target: str) -> tuple[str, ...]:
        """The labels of stances on a kind of target: ``claim``, ``entity`` or ``event``."""
        return self.claim_labels if target == "claim" else self.stance_labels


DEFAULT = Scheme()

VOCABULARIES: dict[Any, str] = {
    EntityType: "entity_types",
    MentionKind: "mention_kinds",
    QuoteMode: "quote_modes",
    StanceLabel: "all_labels",
    StanceBasis: "stance_bases",
    Modality: "event_modalities",
    Role: "participant_roles",
}
"""What of a scheme stands for the words of a type in the records."""

_STATED = tuple(name for name in Scheme.__struct_fields__ if name not in ("layers", "ids", "free_types"))
"""The vocabularies that a corpus states."""

_TAKEN: dict[str, frozenset[str]] = {
    "entity_types": frozenset({"all", "names"}),
    "quote_modes": frozenset(
        [
            "direct",
            "indirect",
            "mixed",
            "cross_sentence",
            "nested",
            "relayed",
            "discontinuous",
            "title",
            "dek",
            "byline",
            "body",
            "caption",
            "pullquote",
            "credit",
            "actor",
        ]
    ),
    "claim_labels": frozenset({"entity", "event", "claim", "corpus", "macro", "actor"}),
    "stance_labels": frozenset({"entity", "event", "claim", "corpus", "macro", "actor"}),
    "stance_bases": frozenset({"entity", "event", "claim", "corpus", "macro", "actor"}),
}
"""Names of other slices of the same measures: a label of this name would be mistaken for them."""


def wrong_scheme(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a scheme beyond the types of its fields: field, what was found, what is expected."""
    if not scheme.layers:
        yield "layers", "no layer", f"one or more of {', '.join(FIELD_NAMES)}"
    for layer in scheme.layers:
        if layer not in FIELD_NAMES:
            yield "layers", layer, f"one of {', '.join(FIELD_NAMES)}"
        elif not scheme.ids and layer not in WITHOUT_IDS:
            yield "layers", f"{layer}, though ids = false", f"of {', '.join(WITHOUT_IDS)}, or ids = true"
    for name in ("layers", *_STATED):
        for word, times in Counter(getattr(scheme, name)).items():
            if times > 1:
                yield name, f"{word} {times} times", "each word once"
    for name, taken in _TAKEN.items():
        for word in getattr(scheme, name):
            if word in taken:
                yield name, word, f"another word: {', '.join(sorted(taken))} are names of slices"
    for word in scheme.stance_bases:
        if word in scheme.all_labels:
            yield "stance_bases", word, "a word that is no stance label"
    for word in scheme.free_types:
        if word not in scheme.entity_types and scheme.free_types != DEFAULT.free_types:
            yield "free_types", word, f"one of the entity types {', '.join(scheme.entity_types)}"
