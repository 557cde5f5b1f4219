"""What was marked once, at all its other places in the article."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from onrecord.dataset.layers import scheme
from onrecord.dataset.records import Entity, EntityType, Mention, MentionKind

_PRONOUN = re.compile(
    r"i|me|my|mine|you|your|yours|he|him|his|she|her|hers|it|its|we|us|our|ours|they|them|their|theirs|\w+sel(?:f|ves)"
    r"|who|whom|whose|which|that|this|these|those|one",
    re.IGNORECASE,
)
"""Words that stand for somebody else a sentence later, whatever kind was ticked."""

Place = tuple[int, int]
"""Start and end of a stretch of the text."""


TypedPlace = tuple[str, int, int]
"""Type, start and end of a mention."""


def propagate(
    text: str,
    marked: Sequence[Mention],
    standing: Iterable[Mention],
    entities: Mapping[str, Entity],
    rejected: Collection[TypedPlace] = (),
) -> tuple[Mention, ...]:
    """Mentions to offer: the other places of what is marked, and of the names that the registry has for it.

    A place is a whole word, in the case it was marked in. Longer surfaces go first, and no offer overlaps what stands
    with its type, or another offer with its type; inside a mention of another type it may well be, as ``Russian`` is
    in ``Russian Ministry``. Pronouns are passed over, and so is a surface that stands for two entities.

    Args:
        text: The article's text.
        marked: What the annotator has said; those without an entity say nothing.
        standing: Every mention there is already, of a person or a machine.
        entities: The rows of the registry by id.
        rejected: Where nothing of that type is offered, though nothing of it stands there any more.

    Returns:
        Mentions in the order of the text, each with an id that says type and place; none again for the same place.
    """
    taken: dict[EntityType, list[Place]] = defaultdict(list)
    for mention in (*standing, *marked):
        taken[mention.type].append((mention.start, mention.end))
    offers: list[Mention] = []
    surfaces = _surfaces(marked, entities)
    for (type, surface), (entity, kind) in sorted(surfaces.items(), key=lambda each: (-len(each[0][1]), each[0])):
        for start, end in places(text, surface):
            if (type, start, end) not in rejected and not any(
                start < other_end and other_start < end for other_start, other_end in taken[type]
            ):
                taken[type].append((start, end))
                offers.append(
                    Mention(
                        id=f"offer-{type}-{start}-{end}",
                        start=start,
                        end=end,
                        text=surface,
                        type=type,
                        kind=kind,
                        entity=entity,
                    )
                )
    return tuple(sorted(offers, key=lambda offer: (offer.start, -offer.end, offer.type)))


def places(text: str, surface: str) -> Iterator[Place]:
    """Where a surface stands as whole words, from the left; places of it do not overlap."""
    for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text):
        # a combining mark is part of the letter before it, and no letter to a regular expression
        if not (unicodedata.combining(text[match.end() : match.end() + 1] or " ")):
            yield match.span()


def _surfaces(
    marked: Sequence[Mention], entities: Mapping[str, Entity]
) -> dict[tuple[EntityType, str], tuple[str, MentionKind]]:
    """Type and surface to the one entity that it stands for, and the kind of mention it is."""
    named = _name()
    said: dict[tuple[EntityType, str], set[str]] = defaultdict(set)
    kinds: dict[tuple[EntityType, str], MentionKind] = {}
    types: dict[str, set[EntityType]] = defaultdict(set)
    for mention in marked:
        if mention.entity is not None and _stands_alone(mention.text, mention.kind):
            said[mention.type, mention.text].add(mention.entity)
            kinds.setdefault((mention.type, mention.text), mention.kind)
            types[mention.entity].add(mention.type)
    known: dict[str, set[str]] = defaultdict(set)
    for entity in entities.values():
        for name in (entity.name, *entity.aliases):
            known[name].add(entity.id)
    for id in types.keys() & entities.keys():
        row = entities[id]
        for name in (row.name, *row.aliases):
            for type in types[id]:
                # what the annotator says of a surface goes before what the registry says
                if (type, name) not in kinds and len(known[name]) == 1 and _stands_alone(name, named):
                    said[type, name].add(id)
    return {
        key: (next(iter(ids)), kinds.get(key, named)) for key, ids in said.items() if len(ids) == 1 and key[1].strip()
    }


def _stands_alone(surface: str, kind: MentionKind) -> bool:
    """Whether a surface means the same wherever it stands: no pronoun, and with a capital if it is a name."""
    if kind == "pronoun" or _PRONOUN.fullmatch(surface):
        return False
    return kind != _name() or surface != surface.lower() or surface.lower() == surface.upper()


def _name() -> MentionKind:
    """The kind of a mention by name, which is the first of the scheme."""
    kind: MentionKind = scheme().mention_kinds[0]  # type: ignore[assignment]
    return kind
