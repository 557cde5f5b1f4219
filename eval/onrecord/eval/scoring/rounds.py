"""Scoring in parts: a round of evidence that says what ids mean, and a round of counting; states are added.

The result is that of one process over the whole, to the last bit, whatever the parts and whoever does them.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from onrecord.dataset.reading.faults import Fault, FaultsError, Findings, OnrecordError, show
from onrecord.eval.layers.added_states import PartState, layers_in_parts
from onrecord.eval.layers.corpus import Corpus, Pairing
from onrecord.eval.layers.id_columns import NOTHING_DESCRIBED, IdEvidence
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.engine import Engine, First, Told
from onrecord.eval.scoring.parts import LineSource, PartHead, Setting, Source, cut, target_of
from onrecord.eval.scoring.result import Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.target import Target, result_against
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.open_ends import declare_too_much, faults_together
from onrecord.eval.submission.reading import SubmissionHead, SubmissionStream
from onrecord.eval.submission.unpacking import opened

PART_BYTES = 8 * 2**20
"""About how many bytes of a large file are a part: what a process holds as records at a time."""

_OPEN = ("reference", "missing-layer", "missing-document")
"""Faults that more parts may mend."""


@dataclasses.dataclass(frozen=True)
class Submitted:
    """What is scored: the parts of one submission."""

    name: str
    sources: tuple[Source, ...]
    sha256: str | None
    """Of the content of the one file; None for several, see :func:`digest_of_lines`."""
    lines: int = 0
    """Of that file."""

    @classmethod
    def of_files(cls, paths: Sequence[Path], setting: Setting) -> Submitted:
        """Of prediction files; one alone is cut."""
        if len(paths) == 1:
            sources, sha256, lines = cut(paths[0], PART_BYTES, setting.limits)
            return cls(paths[0].name, tuple(sources), sha256, lines)
        ordered = sorted(paths)
        return cls(f"{ordered[0].name} and {len(paths) - 1} more", tuple(map(LineSource, ordered)), None)


@dataclasses.dataclass(frozen=True)
class PartsScoring:
    """A submission that was scored in parts."""

    report: Report | None
    """None where documents are missing that are needed: its parts are then to be finished with others."""
    left_out: Mapping[str, int]
    """How many predicted mentions of the articles scored the label map leaves out, by their type."""
    sha256: str
    missing: tuple[str, ...]
    """Documents of the split without a line."""
    state: PartState | None
    """What all documents of the split add."""
    warnings: Mapping[str, int]
    """By kind, what is odd about the parts and does not keep them from being scored."""


def digest_of_lines(heads: Iterable[PartHead]) -> str:
    """What stands for the content of a submission in several files: the SHA-256 of the ordered SHA-256 of its lines.

    It is the same however the lines are spread over files.
    """
    return hashlib.sha256(b"".join(sorted(each for head in heads for each in head.digests.values()))).hexdigest()


def score_parts(
    submitted: Submitted, setting: Setting, asked: Asked, engine: Engine, told: Told, may_be_open: bool = False
) -> PartsScoring:
    """Score the parts of one submission.

    Args:
        submitted: The parts.
        setting: What they are scored against.
        asked: How.
        engine: Who does it; it has been entered.
        told: Is told how many parts are done, in both rounds.
        may_be_open: Whether documents may be missing that are asked for; there is no report then.

    Raises:
        FaultsError: With the faults of a file; of a file that was cut, exactly those of the whole.
        OnrecordError: The engine did not get through.
    """
    target = target_of(setting)
    try:
        firsts = engine.first(submitted.sources, setting, told)
        heads = [head for head, _ in firsts]
        missing = _check(submitted, heads, target, asked, may_be_open)
    except FaultsError:
        if submitted.sha256 is not None and submitted.lines:
            _check_whole(submitted, setting, target, asked)
        raise
    if submitted.lines > setting.limits.max_lines or (
        submitted.lines and declare_too_much([each.ends for each in heads])
    ):
        _check_whole(submitted, setting, target, asked)
    sha256 = digest_of_lines(heads) if submitted.sha256 is None else submitted.sha256
    left_out, warnings = Counter[str](), Counter[str]()
    for head in heads:
        left_out.update(head.left_out)
        warnings.update(head.warnings)
    if missing and not asked.allow_missing:
        return PartsScoring(None, left_out, sha256, missing, None, warnings)
    state, result = _counted(submitted.name, sha256, target, missing, firsts, engine, told)
    return PartsScoring(Report.of(result, asked.how), left_out, sha256, missing, state, warnings)


def _counted(
    name: str,
    sha256: str,
    target: Target,
    missing: tuple[str, ...],
    firsts: Sequence[First],
    engine: Engine,
    told: Told,
) -> tuple[PartState, Result]:
    evidence = [each for _, each in firsts]
    rest, places = _rest(target, missing)
    if rest is not None:
        evidence.append(rest.evidence(NOTHING_DESCRIBED, places))
    ids = IdEvidence.total(evidence).id_map(target.gold.registries)
    items = frozenset(layer for head, _ in firsts for layer in head.ends.layers)
    state = engine.second(ids, items, told)
    if rest is not None:
        state = PartState.total([state, PartState.of(Corpus.with_ids(rest, ids), places, layers_in_parts(items))])
    head = SubmissionHead(name, sha256, items, {}, {}, {}, {})
    return state, result_against(target, state.finished(ids), head, None, missing, ids)


def _rest(target: Target, missing: Sequence[str]) -> tuple[Pairing | None, np.ndarray]:  # type: ignore[type-arg]
    places = np.array([target.places[id] for id in missing], np.int64)
    return (target.brought(places.tolist(), target.empty()) if missing else None), places


def _check(
    submitted: Submitted, heads: Sequence[PartHead], target: Target, asked: Asked, may_be_open: bool
) -> tuple[str, ...]:
    """Refuse what is wrong with the parts together; otherwise the documents that none of them has."""
    named: dict[str, str] = {}
    for head, source in zip(heads, submitted.sources, strict=True):
        name = str(getattr(source, "path", head.name))
        if submitted.sha256 is None and head.digests and head.sha256 in named:
            raise OnrecordError(f"{show(named[head.sha256])} and {show(name)} are the same part twice")
        named[head.sha256] = name
    there = {id for head in heads for id in head.digests}
    missing = tuple(id for id in target.ids if id not in there)
    names = [each.name for each in heads]
    findings = Findings(submitted.name)
    wrong = faults_together(
        [each.ends for each in heads],
        [each.digests for each in heads],
        [(each.described.entities, each.described.claims, each.described.events) for each in heads],
        names,
        target.gold.ids,
    )
    is_open = may_be_open and bool(missing) and not asked.allow_missing
    for number, each in wrong:
        if not (is_open and each[0] in _OPEN):
            found = each if len(names) == 1 else (each[0], each[1], f"{each[2]} in {names[number]}", each[3], each[4])
            findings.add(found, None)
    if missing and not asked.allow_missing and not may_be_open:
        hint = "add its line, with [] where there is nothing; or score it as empty with --allow-missing"
        for id in missing:
            wrong_one = ("missing-document", "", f"no line for {id}", f"a line for each of {len(target.ids)}", hint)
            findings.add(wrong_one, None, None, id)
    if not there:
        findings.adopt([Fault("empty", submitted.name, None, "", "no line", "JSON Lines")])
    findings.refuse()
    return missing


def _check_whole(submitted: Submitted, setting: Setting, target: Target, asked: Asked) -> None:
    """Say all that is wrong with a file that was cut, as if it had not been."""
    source = submitted.sources[0]
    assert isinstance(source, LineSource)
    required = () if asked.allow_missing else target.ids
    expected = Expected(target.gold.documents, target.gold.ids, required)
    with opened(source.path, setting.limits) as pieces:
        SubmissionStream(source.path, pieces, expected, setting.limits, target.types).finish()
