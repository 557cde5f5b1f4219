"""How a dataset was made: passes, whose they were, what they went by and what came of them; as PROV, in JSON-LD."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

PERSON = "person"
"""The kind of an annotator who is none of a program's."""


@dataclasses.dataclass(frozen=True)
class Agent:
    """Who did something."""

    id: str
    kind: str
    """``person``, ``language model`` or ``program``."""
    role: str


@dataclasses.dataclass(frozen=True)
class File:
    """A file of the corpus."""

    name: str
    """Relative to the folder of the corpus, with ``/``."""
    sha256: str


@dataclasses.dataclass(frozen=True)
class Activity:
    """One pass, or whatever else the dataset came of."""

    id: str
    said: str
    """What was done, in words."""
    agent: Agent
    used: tuple[File, ...]
    generated: tuple[File, ...]
    ended: str | None = None
    """When its labels were handed in, the last of them, as ISO 8601; None where nobody knows. When a pass began is not
    known: labels may have been made long before they were handed in."""


@dataclasses.dataclass(frozen=True)
class Making:
    """How the labels of a dataset were made."""

    activities: tuple[Activity, ...] = ()
    """The passes, in their order."""
    of_gold: frozenset[str] = frozenset()
    """Ids of the agents whose labels the gold is made of."""
    blind: tuple[str, ...] = ()
    """Ids of those who labelled the same articles and saw nothing of each other."""
    sources: tuple[File, ...] = ()
    """What the files of the dataset are built of."""
    platform: str = ""
    """What the labels were made or handed in with."""
    agreement: tuple[str, ...] = ()
    """How far the blind passes agree, a sentence each."""

    @property
    def agents(self) -> tuple[Agent, ...]:
        """Everybody once, in the order of their passes."""
        return tuple(dict.fromkeys(each.agent for each in self.activities))

    @property
    def by_machine(self) -> bool:
        """Whether any label of the gold was made by something that is no person."""
        return any(each.kind != PERSON and each.id in self.of_gold for each in self.agents)


BUILD = "#build"
"""The id of the activity that built the files of the dataset; which they are is known where these are described."""


def prov(making: Making) -> Iterator[dict[str, Any]]:
    """The activities as JSON-LD nodes, and as the last one that which built the files of the dataset, without these."""
    for each in making.activities:
        ended = {} if each.ended is None else {"prov:endedAtTime": each.ended}
        yield {
            "@type": "prov:Activity",
            "@id": f"#{each.id}",
            "prov:label": each.id,
            "description": each.said,
            "prov:wasAssociatedWith": _agent(each.agent),
            "prov:used": [*map(_entity, each.used)],
            **ended,
            "prov:generated": [*map(_entity, each.generated)],
        }
    yield {
        "@type": "prov:Activity",
        "@id": BUILD,
        "prov:label": "build",
        "description": "onrecord build: the files of the dataset from exports, registries and articles.",
        "prov:wasAssociatedWith": _agent(Agent("onrecord", "program", "builder")),
        "prov:used": [*map(_entity, making.sources)],
    }


def _entity(file: File) -> dict[str, str]:
    return {"@type": "prov:Entity", "@id": file.name, "sha256": file.sha256}


def _agent(agent: Agent) -> dict[str, str]:
    return {
        "@type": "prov:Person" if agent.kind == PERSON else "prov:SoftwareAgent",
        "@id": f"#{agent.id}",
        "prov:label": agent.id,
        "description": f"{agent.kind}, {agent.role}",
    }
