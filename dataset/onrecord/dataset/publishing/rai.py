"""The RAI vocabulary of Croissant (1.0): what is computed, and what a datasheet or ``onrecord.toml`` says in words."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

from onrecord.dataset.corpus import CorpusFile, Rai
from onrecord.dataset.gold import Gold
from onrecord.dataset.publishing.datasheet import NAME, sections
from onrecord.dataset.publishing.making import PERSON, Making
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


@dataclasses.dataclass(frozen=True)
class Described:
    """What metadata say of a dataset beside its rows."""

    datasheet: str = ""
    """Its datasheet as Markdown; empty where there is none: then nothing is taken from it."""
    making: Making | None = None
    """How its labels were made; None where nobody knows any more."""


def rai(about: CorpusFile, gold: Gold, described: Described) -> dict[str, Any]:
    """All properties that have something to say, with the prefix ``rai:``.

    Args:
        about: The corpus; ``[rai]`` of its file says in words what is not computed.
        gold: Its labels.
        described: The datasheet that ``[rai]`` names sections of, and how the labels were made.
    """
    parts = sections(described.datasheet)
    computed = {} if described.making is None else dict(_computed(described.making))
    found: dict[str, Any] = {}
    names: tuple[Rai, ...] = get_args(Rai)
    for name in names:
        written = about.rai.get(name, ())
        said = (written,) if isinstance(written, str) else tuple(parts[each] for each in written if each in parts)
        texts = [*computed.get(name, ()), *said]
        if texts:
            found[f"rai:{name}"] = "\n".join(texts) if name in ONE else texts
    if frame := _timeframe(gold, described.making):
        found["rai:dataCollectionTimeframe"] = frame
    if described.making is not None or about.probe:
        made = described.making is not None and described.making.by_machine
        found["rai:hasSyntheticData"] = made or bool(about.probe)
    return found


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
    agents = {each.id: each for each in making.agents}
    yield "dataAnnotationPlatform", [making.platform] if making.platform else []
    yield "dataAnnotationAnalysis", list(making.agreement)
    yield "annotatorDemographics", [f"{each.id}: {each.kind}, {each.role}" for each in making.agents]
    kinds = Counter(agents[id].kind for id in making.blind if id in agents)
    counted = ", ".join(f"{many} by a {kind}" for kind, many in sorted(kinds.items()))
    people = "" if kinds[PERSON] else ", none by a person"
    yield "annotationsPerItem", [f"{counted}{people}"] if kinds else []
    machines = dict.fromkeys(each.kind for each in making.agents if each.kind != PERSON)
    yield "machineAnnotationTools", list(machines)


def _timeframe(gold: Gold, making: Making | None) -> str | None:
    """The time within which everything was collected, as an interval of ISO 8601.

    No article was collected before the first was published, and none after the first labels were handed in; None where
    either is not known.
    """
    published = [each.document.published for each in gold.articles if each.document.published]
    ended = [] if making is None else [each.ended[:10] for each in making.activities if each.ended]
    return f"{min(published)}/{min(ended)}" if published and ended else None
