"""What is to be had without reading: not more than a baseline has that reads; and a hedge is worth nothing."""

from __future__ import annotations

import msgspec
import pytest
from benchmarks.adversaries import adversaries, best_of

from onrecord.dataset import Article, Gold, Labels, Stance
from onrecord.dataset.layers import scheme
from onrecord.eval import Submission, score_submission
from onrecord.eval.submission.prediction_line import EventDescription


def test_no_measure_that_is_shown_gives_a_blind_file_more_than_the_baseline(
    gold: Gold,
) -> None:
    assert len(adversaries(gold)) == 20
    found = list(best_of(gold))
    assert {each.measure.layer for each in found} >= {"entities", "quotes", "stances", "events"}
    more = {each.measure.full: (each.value, each.what) for each in found if each.value > each.rules}
    shown = {each.measure.full for each in found if not each.measure.detail}
    assert not more.keys() & shown
    assert more, "details do: else there would be no need to hide them"


def scores(gold: Gold, said: dict[str, Labels], **events: EventDescription) -> dict[str, float | None]:
    layers = frozenset({"stances", "events"})
    made = Submission("hedge", "", said, layers, {}, {}, dict(events))
    return dict(score_submission(gold.articles, gold.registries, made, "all").values)


def hedged(article: Article, labels: int) -> Labels:
    """The right stances, each with the first few labels that its target may have, its own among them."""

    def several(stance: Stance) -> list[Stance]:
        words = [stance.label, *(w for w in scheme().labels_of(stance.target.kind) if w != stance.label)]
        return [msgspec.structs.replace(stance, label=word, id=None) for word in words[:labels]]

    stances = tuple(each for stance in article.labels.stances for each in several(stance))
    return Labels(stances=stances, events=article.labels.events)


@pytest.mark.parametrize("labels", [2, 3])
def test_several_labels_for_one_holder_and_target_are_right_in_none(gold: Gold, labels: int) -> None:
    sure = scores(gold, {a.document.id: hedged(a, 1) for a in gold.articles})
    unsure = scores(gold, {a.document.id: hedged(a, labels) for a in gold.articles})
    for name in ("tuple", "tuple[actor]", "tuple[corpus]", "label", "label[claim]", "contradictions"):
        assert (sure[f"stances:{name}"], unsure[f"stances:{name}"]) == (1.0, 0.0), name
    # every pair is found, and every prediction for it is charged: the gold has one label for each
    assert unsure["stances:pair"] == pytest.approx(2 / (1 + labels))


def test_a_hedge_costs_more_than_silence(gold: Gold) -> None:
    """Of some stances the label is not known: to leave them out is better than to give both."""
    told = {a.document.id: hedged(a, 1) for a in gold.articles}
    first = gold.articles[0].document.id
    silent = scores(gold, {**told, first: msgspec.structs.replace(told[first], stances=())})
    both = scores(gold, {**told, first: hedged(gold.articles[0], 2)})
    for name in ("tuple", "tuple[corpus]"):
        one, other = both[f"stances:{name}"], silent[f"stances:{name}"]
        assert one is not None
        assert other is not None
        assert one < other


def test_one_attribute_that_is_right_and_constants_are_not_perfect(gold: Gold) -> None:
    labels = {a.document.id: hedged(a, 1) for a in gold.articles}
    event = gold.articles[0].labels.events[0].event
    row = next(row for row in gold.registries.events if row.id == event)
    one = scores(gold, labels, **{event: EventDescription(id=event, type=row.type)})["events:attributes"]
    every = {row.id: EventDescription(id=row.id, cardinality="single") for row in gold.registries.events}
    constant = scores(gold, labels, **every)["events:attributes"]
    assert one is not None
    assert constant is not None
    assert one < 0.05
    assert constant < 0.5
