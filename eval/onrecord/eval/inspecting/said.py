"""What was answered in an evaluation, as a prediction file and as its scores.

Nothing here needs Inspect. Scores of a corpus are no means over articles: they are computed from all answers at once.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from onrecord.dataset.layers import using
from onrecord.dataset.publishing.folder import read_about
from onrecord.eval.prompting.known import read_known
from onrecord.eval.prompting.linking import read_links
from onrecord.eval.prompting.names import Names
from onrecord.eval.prompting.predictions import Predictions, read_predictions
from onrecord.eval.prompting.replies import Reply
from onrecord.eval.prompting.requests import jsonl
from onrecord.eval.prompting.shape import DESCRIBED
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import stored_gold
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.unpacking import content

PARTIAL = "partial "
"""What the names of measures begin with where articles of the split have no answer: they are scored as empty."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sample answers."""

    replies: dict[str, str] = {}
    """By article what a model replied."""
    links: dict[str, str] = {}
    """By topic what it replied to the question which names mean the same."""
    lines: tuple[str, ...] = ()
    """Lines of a prediction file that is replayed."""


class About(msgspec.Struct, frozen=True):
    """What the answers are about."""

    gold: str
    """The dataset folder."""
    split: str
    registry: bool = True
    """Whether names of the registries stand for their ids."""


@dataclasses.dataclass(frozen=True)
class Submitted:
    """A prediction file made of answers."""

    content: bytes
    predictions: Predictions | None
    """What became of every item of every reply; None of lines that were replayed."""


def together(several: Iterable[Said]) -> Said:
    """What several samples answer."""
    replies: dict[str, str] = {}
    links: dict[str, str] = {}
    lines: list[str] = []
    for each in several:
        replies.update(each.replies)
        links.update(each.links)
        lines += each.lines
    return Said(replies, links, tuple(lines))


def submitted(said: Said, about: About) -> Submitted:
    """The prediction file of some answers: what ``onrecord prompt read`` makes of the replies, or the lines themselves.

    Raises:
        FaultsError: The dataset folder is not right.
    """
    if said.lines:
        return Submitted("".join(f"{line}\n" for line in said.lines).encode("utf-8", "surrogatepass"), None)
    with using(read_about(Path(about.gold)).scheme):
        known = read_known(Path(about.gold), about.split)
        links = read_links([Reply(topic, (each,)) for topic, each in said.links.items()])
        replies = [Reply(id, (each,)) for id, each in said.replies.items()]
        found = read_predictions(known.articles, replies, Names(known.rows if about.registry else {}, links))
        return Submitted(jsonl(found.lines), found)


def measured(said: Said, about: About) -> dict[str, float]:
    """The scores of some answers as ``onrecord score`` has them, shares of 1, and what became of the replies.

    What is undefined is left out. ``complete`` is 1 where every article of the split has an answer; else it is 0, and
    the names of measures begin with :data:`PARTIAL`.

    Raises:
        FaultsError: The prediction file cannot be scored, or the dataset folder is not right.
    """
    gold = stored_gold(Path(about.gold))
    if not (said.lines or said.replies):
        return {"complete": 0.0, "articles_missing": float(len(gold.in_split(about.split)))}
    made = submitted(said, about)
    asked = Asked(about.split, None, None, allow_missing=True)
    result = score_stream(Path("answers"), [made.content], gold, asked, keep=False).result
    begin = PARTIAL if result.missing else ""
    with using(gold.scheme):
        scores = {
            begin + shown(measure.full): float(value)
            for each in result.layers
            for measure in each.layer.measures
            if not measure.detail and (value := each.scores[measure.name].value) is not None
        }
    told = {"complete": float(not result.missing), "articles_missing": float(len(result.missing))}
    return scores | told | ({} if made.predictions is None else _grounding(made.predictions))


def shown(measure: str) -> str:
    """What a measure is called in Inspect, which would take brackets for a style and not show them.

    >>> shown("entities:strict[all]")
    'entities:strict(all)'
    """
    return measure.replace("[", "(").replace("]", ")")


def unanswered(said: Said, about: About) -> list[str]:
    """The articles of the split that nothing is said of.

    Raises:
        FaultsError: The dataset folder is not right, or has no such split.
    """
    there = {*said.replies, *(_id(line) for line in said.lines)}
    return [id for id in stored_gold(Path(about.gold)).in_split(about.split) if id not in there]


def _grounding(predictions: Predictions) -> dict[str, float]:
    found, ambiguous = Counter[str](), 0
    layers = [account for name, account in predictions.layers.items() if name != DESCRIBED]
    for account in layers:
        found.update(account.spans.found)
        ambiguous += account.spans.ambiguous.total()
    counts = {
        "replies:unread": len(predictions.states.get("none", {})),
        "items:said": sum(each.said for each in layers),
        "items:kept": sum(each.kept for each in layers),
        **{f"words:{how}": found[how] for how in ("exact", "normalised", "edited", "lost")},
        "words:ambiguous": ambiguous,
    }
    return {name: float(many) for name, many in counts.items()}


def replayed(predictions: Path, about: About, allow_missing: bool = False) -> Mapping[str, Said]:
    """The lines of a prediction file by article of the split.

    Lines of other articles go with the first one: ids hold over the whole file.

    Raises:
        FaultsError: The file cannot be scored.
    """
    gold = stored_gold(Path(about.gold))
    raw = content(predictions, DEFAULT_LIMITS)
    asked = Asked(about.split, None, None, allow_missing)
    score_stream(predictions, [raw], gold, asked, keep=False)
    lines: dict[str, str] = {}
    for line in raw.decode("utf-8-sig").split("\n"):
        if line.strip():
            lines[_id(line)] = line.rstrip("\r")
    scored = [id for id in gold.in_split(about.split) if id in lines]
    others = tuple(line for id, line in lines.items() if id not in set(scored))
    return {id: Said(lines=(lines[id], *(others if place == 0 else ()))) for place, id in enumerate(scored)}


class _Line(msgspec.Struct):
    doc_id: str


def _id(line: str) -> str:
    return msgspec.json.decode(line, type=_Line).doc_id
