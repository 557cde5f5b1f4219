"""Linking to the registry: NIL-aware, by what the file says of its ids and by nothing else."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.by_hand import document, linked, paired_all

from onrecord.dataset import Gold, Labels, Mention, Registries
from onrecord.dataset.records import Entity
from onrecord.eval import score_submission
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.ids import NIL, Link, map_links
from onrecord.eval.layers.layer import DocumentPair, State
from onrecord.eval.layers.links import LINKS, is_right
from onrecord.eval.statistics.counts import Counts, score
from onrecord.eval.submission.prediction_line import EntityDescription
from onrecord.eval.submission.reading import Submission

TEXT = "Putin met Lukashenko. The aide and the driver of Putin came. Kremlin."
ROWS = Registries(
    entities=(
        Entity(id="putin", type="PER", name="Vladimir Putin", aliases=("Putin",), wikidata="Q7747"),
        Entity(id="lukashenko", type="PER", name="Alexander Lukashenko", wikidata="Q2866"),
        Entity(id="aide", type="PER", name="Aide", aliases=("the other",), wikidata="none", wikidata_note="unnamed"),
        Entity(
            id="driver", type="PER", name="Driver", aliases=("the other",), wikidata="none", wikidata_note="unnamed"
        ),
    )
)
PLACES = {"putin": 0, "lukashenko": 10, "aide": 26, "driver": 39, "putin2": 49, "kremlin": 61}
LENGTHS = {"putin": 5, "lukashenko": 10, "aide": 4, "driver": 6, "putin2": 5, "kremlin": 7}


def mention(place: str, entity: str | None, **fields: Any) -> Mention:
    start = PLACES[place]
    end = start + LENGTHS[place]
    return Mention(start=start, end=end, text=TEXT[start:end], entity=entity, **{"type": "PER", **fields})


GOLD = [mention("putin", "putin"), mention("lukashenko", "lukashenko"), mention("aide", "aide")]


def pair(
    predicted: list[Mention], gold: list[Mention] = GOLD, described: tuple[EntityDescription, ...] = ()
) -> DocumentPair:
    made = Labels(mentions=tuple(gold)), Labels(mentions=tuple(predicted))
    submission = Submission("-", "", {}, frozenset(), {each.id: each for each in described}, {})
    return paired_all([(document(TEXT), *made)], ROWS, submission)[0]


def counts(of: DocumentPair) -> dict[str, Counts]:
    return dict(LINKS.state(LINKS.pair(of)).counts)


def b_cubed_plus(*pairs: DocumentPair) -> Counts:
    """Over several documents as a whole."""
    assert LINKS.whole is not None
    found = LINKS.whole(State.total(LINKS.state(LINKS.pair(each)) for each in pairs))["b3+"]
    assert isinstance(found, Counts)
    return found


def outcomes(of: DocumentPair) -> list[str]:
    return [each.outcome for each in LINKS.judged(LINKS.pair(of))]


@pytest.mark.parametrize(
    ("description", "link"),
    [
        (EntityDescription(id="e", wikidata="Q7747"), Link("Q7747", "putin")),
        (EntityDescription(id="e", wikidata="Q1"), Link("Q1")),
        (EntityDescription(id="e", name="  PUTIN"), Link("Q7747", "putin")),
        (EntityDescription(id="e", name="driver"), Link(None, "driver")),
        (EntityDescription(id="e", name="the other"), NIL),
        (EntityDescription(id="e", name="nobody"), NIL),
        (EntityDescription(id="e", name="nobody", wikidata="Q2866"), Link("Q2866", "lukashenko")),
        (EntityDescription(id="e"), NIL),
        (EntityDescription(id="e", name="driver", wikidata="none"), Link(None, "driver")),
        (EntityDescription(id="e", name="putin", wikidata="none"), NIL),
        (EntityDescription(id="putin", wikidata="none"), NIL),
        (EntityDescription(id="driver", wikidata="none"), Link(None, "driver")),
        (EntityDescription(id="putin"), Link("Q7747", "putin")),
        (EntityDescription(id="putin", name="nobody"), NIL),
        (EntityDescription(id="putin", wikidata="Q2866"), Link("Q2866", "lukashenko")),
    ],
)
def test_a_link_is_what_the_file_says(description: EntityDescription, link: Link) -> None:
    assert map_links({description.id: description}, ROWS).get(description.id, NIL) == link


def test_linked_and_nil_add_up_to_all() -> None:
    found = counts(pair([mention("putin", "putin"), mention("lukashenko", None), mention("aide", "x")]))
    assert found["all"] == Counts.matched(2, 3, 3)
    assert found["link"] == Counts.matched(1, 2, 1)
    assert found["nil"] == Counts.matched(1, 1, 2)


@pytest.mark.parametrize(
    ("entity", "outcome"),
    [("aide", "right"), (None, "right"), ("x", "right"), ("driver", "wrong row"), ("putin", "nil as link")],
)
def test_gold_that_is_nil_is_answered_by_nil_or_by_that_very_row(entity: str | None, outcome: str) -> None:
    of = pair([mention("aide", entity)], [mention("aide", "aide")])
    assert counts(of)["all"].gold_matched == (outcome == "right")
    assert outcomes(of) == [outcome]


@pytest.mark.parametrize(
    ("entity", "outcome"), [("lukashenko", "wrong link"), ("x", "link as nil"), ("q", "wrong link")]
)
def test_a_wrong_link_says_how(entity: str, outcome: str) -> None:
    outside = EntityDescription(id="q", wikidata="Q1")
    assert outcomes(pair([mention("putin", entity)], GOLD[:1], (outside,))) == [outcome]


def test_where_its_mentions_are_says_nothing_of_a_link() -> None:
    """An id that the alignment of clusters would map is NIL as long as the file does not say what it is."""
    of = pair([mention("putin", "e"), mention("putin2", "e")], [mention("putin", "putin"), mention("putin2", "putin")])
    assert of.ids.entity["e"] == "putin"
    assert counts(of)["link"] == Counts(0, 2, 0, 0)
    assert counts(of)["nil"] == Counts(0, 0, 0, 2)


def test_offsets_and_type_must_be_right() -> None:
    short = Mention(start=11, end=20, text=TEXT[11:20], type="PER", entity="lukashenko")
    of = pair([mention("putin", "putin", type="ORG"), short, mention("kremlin", "putin")])
    assert counts(of)["all"] == Counts.matched(0, 3, 3)
    assert outcomes(of) == ["type", "boundary", "missed", "spurious"]


def test_names_count_and_other_kinds_beside_them() -> None:
    gold = [mention("putin", "putin"), mention("aide", "aide", kind="nominal")]
    found = counts(pair(gold, gold))
    assert found["all"] == Counts.matched(1, 1, 1)
    assert found["all[kinds]"] == Counts.matched(2, 2, 2)
    as_name = pair([mention("putin", "putin", kind="pronoun"), mention("aide", "aide")], gold)
    assert counts(as_name)["all"] == Counts.matched(0, 1, 1)
    assert counts(as_name)["all[kinds]"] == Counts.matched(2, 2, 2)
    assert outcomes(as_name) == ["kind", "spurious"]


def test_optional_gold_is_neither_missed_nor_spurious() -> None:
    gold = [mention("putin", "putin", optional=True), mention("aide", "aide")]
    of = pair([mention("putin", "lukashenko")], gold)
    assert counts(of)["all"] == Counts(0, 1, 0, 0)
    assert b_cubed_plus(of) == Counts(0, 1, 0, 0)
    assert outcomes(of) == ["missed"]


def test_b3_plus_asks_for_cluster_and_link() -> None:
    gold = [mention("putin", "putin"), mention("putin2", "putin"), mention("lukashenko", "lukashenko")]
    together = EntityDescription(id="p", wikidata="Q7747")
    both = [mention("putin", "p"), mention("putin2", "p"), mention("lukashenko", "lukashenko")]
    assert b_cubed_plus(pair(both, gold, (together,))) == Counts.matched(3, 3, 3)
    # one cluster without a link: as a clustering it is perfect
    assert b_cubed_plus(pair(both, gold)) == Counts.matched(1, 3, 3)
    # two clusters with the right link: each mention finds half of its cluster
    apart = EntityDescription(id="p2", wikidata="Q7747")
    split = [mention("putin", "p"), mention("putin2", "p2"), both[2]]
    assert b_cubed_plus(pair(split, gold, (together, apart))) == Counts(2, 3, 3, 3)


linked_names = st.lists(
    st.builds(
        mention, st.sampled_from(sorted(PLACES)), st.sampled_from(["putin", "lukashenko", "aide", "q", "x", "y"])
    ),
    max_size=6,
    unique_by=lambda each: each.start,
)


def by_definition(one: list[Mention], other: list[Mention], kb: dict[str | None, str]) -> float:
    """The sum over items of the share of their cluster that the other cluster has; an item is a place and its link."""

    def clusters(mentions: list[Mention]) -> dict[tuple[int, str], set[tuple[int, str]]]:
        items = [((each.start, kb.get(each.entity, "NIL")), each.entity) for each in mentions]
        return {item: {i for i, c in items if c == cluster} for item, cluster in items}

    left, right = clusters(one), clusters(other)
    return sum(len(left[item] & right[item]) / len(left[item]) for item in left.keys() & right.keys())


@given(linked_names, linked_names)
def test_b3_plus_is_what_its_definition_says(gold: list[Mention], predicted: list[Mention]) -> None:
    gold = once(gold)
    kb: dict[str | None, str] = {"putin": "Q7747", "lukashenko": "Q2866", "q": "Q7747"}
    found = b_cubed_plus(pair(predicted, gold, (EntityDescription(id="q", wikidata="Q7747"),)))
    assert (found.gold, found.predicted) == (len(gold), len(predicted))
    assert found.gold_matched == pytest.approx(by_definition(gold, predicted, kb))
    assert found.predicted_matched == pytest.approx(by_definition(predicted, gold, kb))


def test_b3_plus_runs_across_documents() -> None:
    """Two documents' mentions of one entity are one cluster: the counts of each document alone do not add."""
    text = document(TEXT, "1"), document(TEXT, "2")
    gold = Labels(mentions=(mention("aide", "aide"),))
    pairs = paired_all([(each, gold, Labels(mentions=(mention("aide", each.id),))) for each in text], ROWS)
    assert b_cubed_plus(*pairs) == Counts(1, 2, 2, 2)
    assert sum((b_cubed_plus(each) for each in pairs), Counts()) == Counts(2, 2, 2, 2)


def test_neleval_35_of_two_equal_mentions_the_right_one_is_found_and_the_other_is_spurious() -> None:
    for said in (["putin", "lukashenko"], ["lukashenko", "putin"]):
        of = pair([mention("putin", each) for each in said], GOLD[:1])
        assert counts(of)["all"] == Counts.matched(1, 1, 2)
        assert sorted(outcomes(of)) == ["right", "spurious"]


some_mentions = st.lists(
    st.builds(
        mention,
        st.sampled_from(sorted(PLACES)),
        st.sampled_from(["putin", "lukashenko", "aide", "driver", "q", "x", None]),
        type=st.sampled_from(["PER", "ORG"]),
        kind=st.sampled_from(["name", "nominal"]),
        optional=st.booleans(),
    ),
    max_size=6,
)


def once(mentions: list[Mention]) -> list[Mention]:
    """As in gold: a place is marked once, and with a registry id."""
    known = {row.id for row in ROWS.entities}
    return list({m.start: m for m in mentions if m.entity in known}.values())


@given(some_mentions, some_mentions, st.randoms(use_true_random=False))
def test_parts_add_up_in_any_order_and_verdicts_tell(
    gold: list[Mention], predicted: list[Mention], random: random.Random
) -> None:
    outside = (EntityDescription(id="q", wikidata="Q1"),)
    of = pair(predicted, once(gold), outside)
    found = counts(of)
    for kinds in ("", "[kinds]"):
        assert found[f"link{kinds}"] + found[f"nil{kinds}"] == found[f"all{kinds}"]
        assert 0 <= found[f"all{kinds}"].gold_matched <= min(found[f"all{kinds}"].gold, found[f"all{kinds}"].predicted)
    verdicts = LINKS.judged(LINKS.pair(of))
    assert sum(each.outcome == "right" for each in verdicts) == found["all"].gold_matched
    assert sum(each.gold is not None for each in verdicts) == found["all"].gold
    plus = b_cubed_plus(of)
    assert (plus.gold, plus.predicted) == (found["all"].gold, found["all"].predicted)
    assert plus.gold_matched <= found["all"].gold_matched
    random.shuffle(predicted)
    assert counts(pair(predicted, once(gold), outside)) == found


@given(some_mentions)
def test_any_gold_is_perfect_against_itself(mentions: list[Mention]) -> None:
    of = pair(once(mentions), once(mentions))
    for each in (*counts(of).values(), b_cubed_plus(of)):
        assert each.gold_matched == each.gold == each.predicted == each.predicted_matched


def test_the_gold_is_perfect_with_registry_ids_or_with_wikidata_ids_alone(gold: Gold) -> None:
    def everything(submission: Submission) -> tuple[dict[str, Counts], Counts]:
        pairs = [
            linked(each, submission, gold.registries)
            for each in pair_documents(gold.articles, gold.registries, submission)
        ]
        return {name: sum((counts(each)[name] for each in pairs), Counts()) for name in counts(pairs[0])}, b_cubed_plus(
            *pairs
        )

    labels = {a.document.id: a.labels for a in gold.articles}
    own = Submission("-", "", labels, frozenset(), {}, {})
    by_registry, plus = everything(own)
    # of no name in these articles it is known that the world has no id for it
    assert {name for name, each in by_registry.items() if score(each).f1 is None} == {"nil"}
    assert {score(each).f1 for name, each in [*by_registry.items(), ("b3+", plus)] if name != "nil"} == {1}
    assert by_registry["link[kinds]"].gold > by_registry["nil[kinds]"].gold > 0

    names = {row.id: f"x{n}" for n, row in enumerate(gold.registries.entities)}
    described = {
        names[row.id]: EntityDescription(id=names[row.id], wikidata=row.wikidata)
        for row in gold.registries.entities
        if row.wikidata
    }
    renamed = {
        id: msgspec.structs.replace(
            each, mentions=tuple(msgspec.structs.replace(m, entity=names[str(m.entity)]) for m in each.mentions)
        )
        for id, each in labels.items()
    }
    by_wikidata, _ = everything(dataclasses.replace(own, documents=renamed, entities=described))
    assert by_wikidata == by_registry


@pytest.mark.parametrize("note", [None, "not confirmed", "not looked up", "-"])
@pytest.mark.parametrize("said", [None, "kremlin", "putin", "x", "q"])
def test_a_link_that_gold_cannot_judge_is_neither_right_nor_wrong(note: str | None, said: str | None) -> None:
    rows = (*ROWS.entities[:2], Entity(id="kremlin", type="PER", name="Kremlin", wikidata_note=note))
    gold = [mention("putin", "putin"), mention("kremlin", "kremlin")]
    predicted = [mention("putin", "putin"), mention("kremlin", said)]
    submission = Submission("-", "", {}, frozenset(), {"q": EntityDescription(id="q", wikidata="Q133274453")}, {})
    made = Labels(mentions=tuple(gold)), Labels(mentions=tuple(predicted))
    (of,) = paired_all([(document(TEXT), *made)], Registries(entities=rows), submission)
    assert counts(of)["all"] == counts(of)["link"] == Counts.matched(1, 1, 1)
    assert counts(of)["nil"] == Counts()
    assert outcomes(of) == ["right"]
    elsewhere = paired_all([(document(TEXT), made[0], Labels(mentions=(predicted[1],)))], Registries(entities=rows))
    assert counts(elsewhere[0])["all"] == Counts.matched(0, 1, 0)


def test_a_file_that_gives_no_id_takes_no_part_in_ids_and_links(gold: Gold) -> None:
    labels = {
        a.document.id: msgspec.structs.replace(
            a.labels, mentions=tuple(msgspec.structs.replace(each, entity=None) for each in a.labels.mentions)
        )
        for a in gold.articles
    }
    layers = frozenset({"mentions"})
    result = score_submission(gold.articles, gold.registries, Submission("-", "", labels, layers, {}, {}), "all")
    by_name = {each.layer.name: each for each in result.layers}
    assert by_name["entities"].scores["strict"].f1 == 1
    for name in ("entity_ids", "links"):
        assert by_name[name].state is None
        assert {score.value for score in by_name[name].scores.values()} == {None}
        reasons = {score.reason for score in by_name[name].scores.values()}
        assert reasons == {"not submitted: no mention of the file has an entity id"}
    first = next(iter(labels))
    mentions = labels[first].mentions
    labels[first] = msgspec.structs.replace(
        labels[first], mentions=(msgspec.structs.replace(mentions[0], entity="x"), *mentions[1:])
    )
    result = score_submission(gold.articles, gold.registries, Submission("-", "", labels, layers, {}, {}), "all")
    assert {each.layer.name for each in result.layers if each.state} == {"entities", "entity_ids", "links"}


def test_every_measure_has_its_counts() -> None:
    assert {measure.name for measure in LINKS.measures} == {*counts(pair([])), "b3+"}


def test_another_row_that_is_nil_too_is_wrong() -> None:
    assert not is_right(Link(None, "aide"), Link(None, "driver"))
    assert is_right(NIL, NIL)
