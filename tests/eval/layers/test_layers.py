"""Quotes, stances and references: the smallest examples by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.eval.conftest import Lines, Scorer, f1

from onrecord.dataset import Gold, Quote, Span
from onrecord.dataset.derive import content_points, quote_type
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.quotes import pair_quotes

TEXT = 'Putin said that "we will win" soon. He added: "All is well." The aide heard ‘yes, it’s so’ from him.'
NOBODY = IdMap({}, {}, {})


def at(surface: str) -> Span:
    start = TEXT.index(surface)
    return Span(start=start, end=start + len(surface), text=surface)


def quote(*surfaces: str, speaker: str = "putin", optional: bool = False) -> Quote:
    return Quote(content=tuple(at(each) for each in surfaces), speaker=(speaker,), optional=optional)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('that "we will win" soon', 'that "we will win" soon'),
        ('that "we will win" soon', '"we will win" soon'),
        ('"All is well."', "All is well"),
    ],
)
def test_marks_punctuation_and_that_make_no_difference(one: str, other: str) -> None:
    (pair,) = pair_quotes([quote(one)], [quote(other)], TEXT, NOBODY)
    assert pair.similarity == 1


def test_pairs_below_one_half_are_never_made() -> None:
    assert pair_quotes([quote('"All is well."')], [quote("He added")], TEXT, NOBODY) == []
    assert pair_quotes([quote("win")], [quote(TEXT)], TEXT, NOBODY) == []


def test_more_pairs_come_before_more_similarity() -> None:
    whole, half = quote('"we will win" soon'), quote("we will")
    pairs = pair_quotes([whole, half], [quote("we will win"), quote("will win")], TEXT, NOBODY)
    assert len(pairs) == 2


def test_the_type_follows_from_the_marks() -> None:
    assert quote_type(quote('"All is well."'), TEXT) == "direct"
    assert quote_type(quote('that "we will win" soon'), TEXT) == "mixed"
    assert quote_type(quote("that"), TEXT) == "indirect"
    outer = quote("heard ‘yes, it’s so’ from")
    assert quote_type(quote("yes, it’s so"), TEXT, outer) == "direct"
    assert quote_type(quote("heard ‘yes, it’s so’ from"), TEXT, outer) == "mixed"


@pytest.mark.parametrize(
    ("text", "content", "parent", "expected"),
    [
        ("‘We asked for a rise,’ he said.", "‘We asked for a rise,’", None, "direct"),
        ("'It's ours,' he said. 'No.'", "'It's ours,'", None, "direct"),
        ("He has ‘every tool in the drawer’, she said.", "He has ‘every tool in the drawer’", None, "mixed"),
        ("The workers' hall is Vera's.", "The workers' hall is Vera's", None, "indirect"),
        ("Back in the '90s it was the guards' hall.", "it was the guards' hall", None, "indirect"),
        ("»Wir gehen«, he said.", "»Wir gehen«", None, "direct"),
        ("‘He told me “go home” and left,’ she said.", "go home", "‘He told me “go home” and left,’", "direct"),
        ("‘He told me to go and left,’ she said.", "to go", "‘He told me to go and left,’", "indirect"),
        ("‘Open\nto the end’ it says.", "to the end", None, "indirect"),
    ],
)
def test_single_marks_are_marks_where_they_stand_outside(
    text: str, content: str, parent: str | None, expected: str
) -> None:
    def said(words: str) -> Quote:
        start = text.index(words)
        return Quote(content=(Span(start=start, end=start + len(words), text=words),), speaker=("x",))

    assert quote_type(said(content), text, None if parent is None else said(parent)) == expected


def test_content_points_are_letters_and_digits() -> None:
    assert "".join(TEXT[i] for i in sorted(content_points((at('that "we will win"'),), TEXT))) == "wewillwin"


def line_with(gold: Gold, **layers: Any) -> Lines:
    article = gold.articles[0]
    return [{"doc_id": article.document.id, "text_sha256": article.document.text_sha256, **layers}]


def test_a_speaker_counts_by_any_mention_of_the_right_entity(scored: Scorer, perfect: Lines) -> None:
    """The entity-level answer to scorers that want the one mention the annotator chose."""
    for line in perfect:
        for q in line["quotes"]:
            q["source"] = None
    assert f1(scored(perfect))["quotes:joint"] == 1.0


def test_a_speaker_is_found_by_wikidata_id_by_name_or_not_at_all(scored: Scorer, perfect: Lines, gold: Gold) -> None:
    wikidata = {e.id: e.wikidata for e in gold.registries.entities}
    assert wikidata["vladimir-putin"]
    for line in perfect:
        del line["mentions"], line["stances"], line["events"]
    putin = sum("vladimir-putin" in q["speaker"] and not q["optional"] for line in perfect for q in line["quotes"])
    assert putin > 2

    def joint(description: dict[str, str]) -> float:
        for line in perfect:
            for q in line["quotes"]:
                q["speaker"] = ["somebody" if id in ("vladimir-putin", "somebody") else id for id in q["speaker"]]
        perfect[0]["entities"] = [{"id": "somebody", **description}]
        layers = {each.layer.name: each for each in scored(perfect).layers}
        counts = layers["quotes"].scores["joint"].counts
        assert counts is not None
        return counts.gold - counts.gold_matched

    assert joint({"wikidata": str(wikidata["vladimir-putin"])}) == 0
    assert joint({"name": "vladimir  PUTIN"}) == 0
    assert joint({"name": "Somebody Else"}) == putin


def test_the_unknown_speaker_is_nobody_and_somebody_is_not_unknown(scored: Scorer, perfect: Lines) -> None:
    unknown = [q for line in perfect for q in line["quotes"] if q["speaker"] == ["unknown"]]
    for q in unknown:
        q["speaker"] = []
    assert f1(scored(perfect))["quotes:joint"] == 1.0
    for line in perfect:
        for q in line["quotes"]:
            q["speaker"] = []
    value = f1(scored(perfect))["quotes:joint"]
    assert value is not None
    assert value < 0.2


def test_a_claim_is_found_by_its_evidence_where_it_is_worded_otherwise(scored: Scorer, perfect: Lines) -> None:
    for line in perfect:
        line["claims"] = []
        for s in line["stances"]:
            if s["target"]["kind"] == "claim":
                s["target"]["id"] = "my-" + s["target"]["id"]
                line["claims"].append({"id": s["target"]["id"], "text": f"other words for {s['target']['id']}"})
        line["claims"] = list({each["id"]: each for each in line["claims"]}.values())
    assert f1(scored(perfect))["stances:tuple"] == 1.0
