"""Passages that report the same thing are found, and what is labelled otherwise in one of them is marked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.builders import document

from onrecord.annotation.gold.parallels import (
    REASONS,
    Parallel,
    Reason,
    explained,
    parallels,
    passages,
    read_reasons,
)
from onrecord.dataset import Article, FaultsError, Gold, Labels

ONE = "Hale left. She said that “it is over.” Nothing else."
OTHER = "It rained.\nIt is over, Hale said. Dravia may attack."
NO_REASON = "\n  why: nobody has said\n"
"""A line of the command; the words alone may stand in an article."""


def _article(id: str, text: str, **layers: list[dict[str, Any]]) -> Article:
    return Article(document=msgspec.structs.replace(document(text), id=id), labels=msgspec.convert(layers, Labels))


def _span(text: str, words: str) -> dict[str, Any]:
    at = text.index(words)
    return {"start": at, "end": at + len(words), "text": words}


def _quote(text: str, words: str, **more: Any) -> dict[str, Any]:
    return {"content": [_span(text, words)], "speaker": ["hale"], **more}


def _event(text: str, words: str, modality: str) -> dict[str, Any]:
    return {**_span(text, words), "event": f"e-{words}", "modality": modality}


def test_a_passage_is_a_sentence_or_a_line() -> None:
    assert [each.text for each in passages(_article("b", OTHER))] == [
        "It rained.",
        "It is over, Hale said.",
        "Dravia may attack.",
    ]


def test_reports_of_one_utterance_are_parallel_and_what_differs_is_marked() -> None:
    one = _article("a", ONE, quotes=[_quote(ONE, "that “it is over.”", utterance="u")])
    other = _article("b", OTHER, quotes=[_quote(OTHER, "It is over", utterance="u", addressee=["orlek"])])
    (pair,) = parallels([one, other])
    assert (pair.one.text, pair.other.text) == ("She said that “it is over.”", "It is over, Hale said.")
    assert pair.rows == [("<", "quote hale statement u"), (">", "quote hale to orlek statement u")]


def test_one_shared_event_alone_makes_no_parallel_and_two_do() -> None:
    def pairs(words: list[str], modality: str) -> list[Parallel]:
        one = _article("a", text, events=[_event(text, each, "actual") for each in words])
        other = _article("b", text, events=[_event(text, each, modality) for each in words])
        return parallels([one, other])

    text = "They met after the war."
    assert pairs(["met"], "actual") == []
    (pair,) = pairs(["met", "war"], "actual")
    assert {where for where, _ in pair.rows} == {"="}
    (pair,) = pairs(["met", "war"], "denied")
    assert [where for where, _ in pair.rows] == ["<", ">", "<", ">"]


def test_a_label_is_in_every_passage_that_a_part_of_it_lies_in() -> None:
    quote = {"content": [_span(OTHER, "It is over"), _span(OTHER, "Dravia may attack.")], "speaker": ["hale"]}
    stance = {
        "id": "s1",
        "holder": "hale",
        "target": {"kind": "claim", "id": "c"},
        "label": "asserts",
        "basis": "stated",
        "evidence": [_span(OTHER, "over, Hale said. Dravia may")],
    }
    labels = [each.labels for each in passages(_article("b", OTHER, quotes=[quote], stances=[stance]))]
    both = {"quote hale statement", "stance hale asserts c stated"}
    assert labels == [set(), both, both]


def _reason(pair: Parallel, why: str) -> Reason:
    one, other = pair.one, pair.other
    return Reason(
        one=one.document, at=one.start, other=other.document, other_at=other.start, differs=pair.differs, why=why
    )


def test_a_reason_is_of_what_differed_when_it_was_written() -> None:
    def pair(modality: str) -> Parallel:
        text = "They met after the war."
        one = _article("a", text, events=[_event(text, each, "actual") for each in ("met", "war")])
        other = _article("b", text, events=[_event(text, each, modality) for each in ("met", "war")])
        return parallels([one, other])[0]

    reason = _reason(pair("denied"), "V3.1")
    told = explained([pair("denied")], [reason])
    assert (told.whys, told.open, told.idle) == (("V3.1",), 0, ())
    told = explained([pair("planned")], [reason])
    assert (told.whys, told.open, told.idle) == ((None,), 1, (reason,))
    told = explained([pair("actual")], [reason])
    assert (told.whys, told.open, told.idle) == ((None,), 0, (reason,))
    twice = [reason, _reason(pair("denied"), "V3.2")]
    assert explained([pair("denied")], twice).idle == (reason,)


def test_every_difference_of_the_gold_has_its_reason_and_every_rule_that_is_named_exists(
    gold: Gold, root: Path
) -> None:
    pairs = parallels(gold.articles)
    assert len(pairs) > 50
    assert all(pair.one.document < pair.other.document for pair in pairs)
    reasons = read_reasons(root / "annotation" / REASONS)
    told = explained(pairs, reasons)
    assert (told.open, told.idle) == (0, ())
    guidelines = (root / "annotation/GUIDELINES.md").read_text(encoding="utf-8")
    rules = set(re.findall(r"^\*\*([A-Z]\d+)\*\*", guidelines, re.MULTILINE))
    named = {rule for each in reasons for rule in re.findall(r"\b[A-Z]\d+", each.why)}
    assert len(named) > 10
    assert named <= rules


def _said_by_the_command(corpus: Path) -> tuple[str, str]:
    words = ["annotation", "parallels", "--differences", "--corpus", str(corpus)]
    done = subprocess.run(
        [sys.executable, "-c", "from onrecord.cli import main; main()", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, " ".join(done.stderr.split())


def test_the_command_shows_the_reasons_and_what_has_none(root: Path, five_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(five_folder, tmp_path / "dataset")
    shutil.copy(root / "onrecord.toml", tmp_path)
    (tmp_path / "annotation").mkdir()
    shutil.copy(root / "annotation" / REASONS, tmp_path / "annotation")
    out, err = _said_by_the_command(tmp_path)
    assert "  why: The war is named in 000 alone.\n" in out
    assert NO_REASON not in out
    assert ", 0 of them without a reason on record" in err
    first, *rest = (root / "annotation" / REASONS).read_text(encoding="utf-8").splitlines()
    stale = first.replace(" actual", " denied")
    (tmp_path / "annotation" / REASONS).write_text("\n".join([stale, *rest]), encoding="utf-8")
    out, err = _said_by_the_command(tmp_path)
    assert out.count(NO_REASON) == 1
    assert ", 1 of them without a reason on record" in err
    assert "a reason for what does not differ, or not so: 000_178a6b88b61942c1 at 1957, 001_" in err


def test_a_reason_that_is_not_right_is_refused_with_its_line(tmp_path: Path) -> None:
    assert read_reasons(tmp_path / REASONS) == ()
    (tmp_path / REASONS).write_text('{"one": "a"}\nno JSON\n', encoding="utf-8")
    with pytest.raises(FaultsError) as found:
        read_reasons(tmp_path / REASONS)
    assert {fault.line for fault in found.value.faults} == {1, 2}
