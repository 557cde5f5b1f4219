"""The RAI vocabulary of Croissant (1.0): what is computed, and what a datasheet or ``onrecord.toml`` says in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from onrecord.dataset.corpus import CorpusFile, Rai
from onrecord.dataset.gold import Gold
from onrecord.dataset.publishing.datasheet import NAME, sections
from onrecord.dataset.publishing.making import PERSON, Making, prov
from onrecord.dataset.reading.faults import Fault, nearest

ONE: frozenset[Rai] = frozenset(
    {
        "dataCollection",
        "dataCollectionMissingData",
        "dataCollectionRawData",
        "dataImputationProtocol",
        "dataManipulationProtocol",
        "annotationsPerItem",
        "dataReleaseMaintenancePlan",
        "dataSocialImpact",
    }
)
"""The properties that have one text: what would be several is put together. All others may have a list."""


TEXT = ".txt"
"""What the file of an article's text ends with."""

PASSES = "prov:wasGeneratedBy"
"""The property with the activities that the dataset came of."""


def metadata(about: CorpusFile, gold: Gold, datasheet: str = "", making: Making | None = None) -> dict[str, Any]:
    """What metadata say of a dataset beside its rows: the RAI properties that have something to say, and the passes.

    Args:
        about: The corpus; ``[rai]`` of its file says in words what is not computed.
        gold: Its labels.
        datasheet: As Markdown: what ``[rai]`` names sections of; empty where there is none: nothing is taken from it.
        making: How the labels were made; None where nobody knows any more.
    """
    parts = sections(datasheet)
    computed = {} if making is None else dict(_computed(making))
    found: dict[str, Any] = {}
    names: tuple[Rai, ...] = get_args(Rai)
    for name in names:
        written = about.rai.get(name, ())
        said = (written,) if isinstance(written, str) else tuple(parts[each] for each in written if each in parts)
        texts = [*computed.get(name, ()), *said]
        if texts:
            found[f"rai:{name}"] = "\n".join(texts) if name in ONE else texts
    if frame := _timeframe(gold, making):
        found["rai:dataCollectionTimeframe"] = frame
    if making is not None or about.probe:
        found["rai:hasSyntheticData"] = bool(about.probe) or (making is not None and making.by_machine)
    return found if making is None else {**found, PASSES: list(prov(making))}


def stated_metadata(croissant: bytes) -> dict[str, Any]:
    """What :func:`metadata` said, read back from Croissant metadata; nothing where these are none."""
    try:
        value = msgspec.json.decode(croissant, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
    return {name: each for name, each in value.items() if name.startswith("rai:") or name == PASSES}


def rai_faults(about: CorpusFile, datasheet: str, file: str) -> Iterator[Fault]:
    """What ``[rai]`` names that the datasheet does not have.

    Args:
        about: The corpus.
        datasheet: As Markdown; empty for none.
        file: The name that faults give the corpus's file.
    """
    known = sections(datasheet)
    for name, written in about.rai.items():
        for place, each in enumerate(() if isinstance(written, str) else written):
            if each not in known:
                hint = nearest(each, known) or 'a section is "L1", a part of it "P1/Cleaning"; words are a string'
                yield Fault("rai", file, None, f"/rai/{name}/{place}", each, f"a section of {NAME}", hint)


def _computed(making: Making) -> Iterator[tuple[str, list[str]]]:
    yield "dataAnnotationPlatform", [making.platform] if making.platform else []
    yield "dataAnnotationAnalysis", list(making.agreement)
    yield "annotatorDemographics", [f"{each.id}: {each.kind}, {each.role}" for each in making.agents]
    kinds = _per_article(making)
    counted = ", ".join(f"{many} by a {kind}" for kind, many in kinds.items())
    people = "" if PERSON in kinds else ", none by a person"
    yield "annotationsPerItem", [f"{counted}{people}"] if kinds else []
    machines = dict.fromkeys(each.kind for each in making.agents if each.kind != PERSON)
    yield "machineAnnotationTools", list(machines)


def _per_article(making: Making) -> dict[str, str]:
    """How many blind annotators each article has, by their kind: a number, or the fewest and the most."""
    by_kind: dict[str, Counter[str]] = {}
    texts: set[str] = set()
    for each in making.activities:
        if each.agent.id in making.blind:
            read = [file.name for file in each.used if file.name.endswith(TEXT)]
            by_kind.setdefault(each.agent.kind, Counter()).update(read)
            texts.update(read)
    many = {kind: [counts[text] for text in texts] for kind, counts in sorted(by_kind.items())}
    if not texts:  # nobody says of what: everybody of everything
        agents = {each.id: each.kind for each in making.agents}
        return {kind: str(n) for kind, n in sorted(Counter(agents[id] for id in making.blind if id in agents).items())}
    ends = {kind: (min(each), max(each)) for kind, each in many.items() if each}
    return {kind: f"{low}" if low == high else f"{low} to {high}" for kind, (low, high) in ends.items()}


def _timeframe(gold: Gold, making: Making | None) -> str | None:
    """The time within which everything was collected, as an interval of ISO 8601.

    No article was collected before the first was published, and none after the first labels were handed in; None where
    either is not known.
    """
    published = [each.document.published for each in gold.articles if each.document.published]
    ended = [] if making is None else [each.ended[:10] for each in making.activities if each.ended]
    return f"{min(published)}/{min(ended)}" if published and ended else None
