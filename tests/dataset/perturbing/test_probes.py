"""Every probe leaves every label exact, on the articles of the dataset and on any other."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import ABOUT
from tests.dataset.perturbing.cases import EVERY, golds, pages_in, paired, perturb, wrong_spans
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.check import check_gold
from onrecord.dataset.derive import marks, quote_type
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.marks import STYLES
from onrecord.dataset.perturbing.probes import PROBES, asked_probes
from onrecord.dataset.reading.faults import FaultsError


@pytest.mark.parametrize("name", EVERY)
def test_every_article_stays_gold(gold: Gold, root: Path, name: str) -> None:
    found = perturb(gold, name, about=ABOUT, pages=pages_in(root / "seeds"))
    assert len(found.gold.articles) == len(gold.articles) == len(found.file.articles)
    for article, said in zip(gold.articles, found.file.articles, strict=True):
        after = next(each for each in found.gold.articles if each.document.id == said.id)
        assert not wrong_spans(after)
        assert not list(check_gold(after.document, after.labels, found.gold.registries))
        for layer in LAYERS:
            gone = {*said.gone.get(layer, ())}
            before = [item for place, item in enumerate(article.labels.of(layer)) if place not in gone]
            assert len(before) == len(after.labels.of(layer))
        if not said.gone:
            for old, new in zip(article.labels.mentions, after.labels.mentions, strict=True):
                assert said.forward(old.start, old.end) == (new.start, new.end)
                assert said.back(new.start, new.end) == (old.start, old.end)
                assert old.kind == new.kind


@pytest.mark.parametrize("name", EVERY)
@given(st.data())
@settings(max_examples=examples(60))
def test_every_span_stays_its_slice(name: str, data: st.DataObject) -> None:
    gold: Gold = data.draw(golds())
    found = perturb(gold, name)
    for said, before in zip(found.file.articles, gold.articles, strict=True):
        after = next(each for each in found.gold.articles if each.document.id == said.id)
        assert not wrong_spans(after)
        for layer in LAYERS:
            kept = [i for place, i in enumerate(before.labels.of(layer)) if place not in said.gone.get(layer, ())]
            assert len(kept) == len(after.labels.of(layer))
        if not name.startswith(("headline", "places")):  # only these take something out
            assert not said.gone


@given(st.data())
@settings(max_examples=examples(60))
def test_any_probes_together(data: st.DataObject) -> None:
    gold: Gold = data.draw(golds())
    names = data.draw(st.lists(st.sampled_from([*PROBES]), min_size=2, max_size=4, unique=True))
    found = perturb(gold, *names)
    assert all(not wrong_spans(article) for article in found.gold.articles)
    assert found.gold == perturb(gold, *reversed(names)).gold, "in whatever order they are asked for"


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seed_gives_the_same_bytes(gold: Gold, root: Path, name: str) -> None:
    pages = pages_in(root / "seeds")
    one, other = (perturb(gold, name, seed=7, about=ABOUT, pages=pages) for _ in range(2))
    assert msgspec.json.encode(one.gold) == msgspec.json.encode(other.gold)
    assert one.file == other.file


@pytest.mark.parametrize("name", ["alias", "names", "noise", "places-and-people-exchange", "quotes", "order"])
def test_another_seed_gives_something_else(gold: Gold, name: str) -> None:
    assert perturb(gold, name, seed=1).gold != perturb(gold, name, seed=2).gold


def test_an_article_changes_alike_whatever_else_is_in_the_corpus(gold: Gold) -> None:
    """What is drawn for an article hangs on its id and the seed alone."""
    some = msgspec.structs.replace(gold, articles=gold.articles[1:3])
    for name in ("noise", "quotes"):
        whole = {each.document.id: each for each in perturb(gold, name).gold.articles}
        assert all(whole[each.document.id] == each for each in perturb(some, name).gold.articles)


def test_probes_on_different_stretches_commute(gold: Gold) -> None:
    """Marks and years are never the same characters: applied one after the other, in both orders."""
    marked, dated = perturb(gold, "quotes:german").gold, perturb(gold, "dates").gold
    clean = [msgspec.structs.replace(each, probe="") for each in (marked, dated)]
    one, other = perturb(clean[0], "dates").gold, perturb(clean[1], "quotes:german").gold
    for a, b in zip(one.articles, other.articles, strict=True):
        assert (a.document.text, a.labels) == (b.document.text, b.labels)


@pytest.mark.parametrize("style", STYLES)
def test_the_type_of_a_quote_is_the_same_with_other_marks(gold: Gold, style: str) -> None:
    changed = unlike = 0
    for before, after in paired(gold, perturb(gold, f"quotes:{style}")):
        changed += before.document.text != after.document.text
        for old, new in zip(before.labels.quotes, after.labels.quotes, strict=True):
            types = [
                quote_type(quote, each.document.text, {q.id: q for q in each.labels.quotes}.get(quote.parent))
                for each, quote in ((before, old), (after, new))
            ]
            assert types[0] == types[1] or style == "single", new
            unlike += types[0] != types[1]
    assert changed >= 2
    many = sum(len(article.labels.quotes) for article in gold.articles)
    assert unlike <= many / 40, "a plural in the genitive looks like the end of a quote in single marks"


def test_apostrophes_are_no_quotation_marks() -> None:
    text = "It's Vera's: ‘It’s “mine”’, she said. 'No,' the '90s. \"She said 'go' and\ndon’t\""
    found = [(text[mark.at], mark.role) for mark in marks(text)]
    single = [("‘", 0), ("“", 2), ("”", 3), ("’", 1), ("'", 0), ("'", 1)]
    assert found == [*single, ('"', 0), ("'", 2), ("'", 3), ('"', 0)]


def test_typos_within_a_mention_are_marked(gold: Gold) -> None:
    inside = 0
    outside: list[bool] = []
    for before, after in paired(gold, perturb(gold, "noise")):
        for old, new in zip(before.labels.mentions, after.labels.mentions, strict=True):
            if old.text != new.text:
                assert new.noise is not None
                inside += 1
            else:
                assert new.noise == old.noise
        covered = {at for m in after.labels.mentions for at in range(m.start, m.end)}
        rest = "".join(char for at, char in enumerate(after.document.text) if at not in covered)
        kept = {at for m in before.labels.mentions for at in range(m.start, m.end)}
        outside.append(rest != "".join(char for at, char in enumerate(before.document.text) if at not in kept))
    assert inside > 10
    assert len(outside) == len(gold.articles)
    assert all(outside)


def test_years_and_the_dates_of_gold_move_together(gold: Gold) -> None:
    moved = perturb(gold, "dates")
    found = moved.gold
    (years,) = {
        int(new[0]) - int(old[0])
        for before, after in zip(gold.registries.events, found.registries.events, strict=True)
        if (old := re.findall("[0-9]{4}", before.date or "")) and (new := re.findall("[0-9]{4}", after.date or ""))
    }
    assert abs(years) == 28
    for before, after in paired(gold, moved):
        old, new = (re.findall(r"\b(?:1[789]|20)\d\d\b", each.document.text) for each in (before, after))
        assert [int(year) + years for year in old] == [*map(int, new)]
        assert after.document.published is None or int(after.document.published[:4]) > 1970
    assert [claim.as_of for claim in gold.registries.claims] != [claim.as_of for claim in found.registries.claims]


@pytest.mark.parametrize(
    ("date", "years"),
    [
        ("2022-12-19", ["2022"]),
        ("2022-02~", ["2022"]),
        ("2023-07/..", ["2023"]),
        ("../2023", ["2023"]),
        ("2022-12-30/2023-01-02", ["2022", "2023"]),
        ("[2022-12..2023-01]", ["2022", "2023"]),
        ("[..1999-05]", ["1999"]),
        ("1823-04/1824", ["1823", "1824"]),
    ],
)
def test_every_year_of_a_date_moves(gold: Gold, date: str, years: list[str]) -> None:
    claim = msgspec.structs.replace(
        gold.registries.claims[0], as_of=date, text="1,999 of 12.2010 on 20.1.2022, not A2022."
    )
    rows = msgspec.structs.replace(gold.registries, claims=(claim,))
    (moved,) = perturb(msgspec.structs.replace(gold, registries=rows), "dates").gold.registries.claims
    assert moved.as_of is not None
    found = re.findall("[0-9]{4}", moved.as_of)
    shift = int(found[0]) - int(years[0])
    assert abs(shift) == 28
    assert [int(year) + shift for year in years] == [*map(int, found)]
    assert moved.text == f"1,999 of 12.2010 on 20.1.{2022 + shift}, not A2022."


def test_the_page_is_back_and_the_headline_gone(gold: Gold, root: Path) -> None:
    pages = pages_in(root / "seeds")
    around = perturb(gold, "boilerplate", pages=pages).gold
    for article in around.articles:
        page = pages[article.document.id]
        assert re.sub(r"\s", "", article.document.text) == re.sub(r"\s", "", page.decoded)
    for before, after in paired(gold, perturb(gold, "headline")):
        assert {section.kind for section in after.document.sections}.isdisjoint({"title", "byline"})
        kinds = [s.kind for s in before.document.sections if s.kind not in ("title", "byline")]
        assert [section.kind for section in after.document.sections] == kinds
        assert after.document.text == after.document.text.strip("\n")


def test_without_its_page_an_article_gets_no_boilerplate(gold: Gold) -> None:
    with pytest.raises(FaultsError, match="no page of 004") as caught:
        perturb(gold, "boilerplate", pages={})
    assert len(caught.value.faults) == len(gold.articles)


def test_letters_are_taken_apart_and_put_together(gold: Gold) -> None:
    first, *_ = gold.articles
    text = "Zoë Brontë met Ångström" + first.document.text[23:]
    document = msgspec.structs.replace(first.document, text=text)
    labels = msgspec.structs.replace(first.labels, mentions=(), quotes=(), stances=(), events=())
    some = Gold(
        articles=(msgspec.structs.replace(first, document=document, labels=labels),), registries=gold.registries
    )
    apart = perturb(some, "unicode").gold
    assert apart.articles[0].document.text == unicodedata.normalize("NFD", text)
    together = perturb(msgspec.structs.replace(apart, probe=""), "unicode:nfc").gold
    assert together.articles[0].document.text == text


def test_an_exchange_is_one_to_one_and_undoes_itself(gold: Gold) -> None:
    once = perturb(gold, "places-and-people-exchange").gold
    names = [{row.id: row.name for row in each.registries.entities} for each in (gold, once)]
    moved = {id for id in names[0] if names[0][id] != names[1][id]}
    assert {"vladimir-putin", "alexander-lukashenko"} & moved
    assert sorted(names[0].values()) != sorted(names[1].values()) or moved
    assert all(row.wikidata is None for row in once.registries.entities if row.id in moved)
    assert any(row.wikidata for row in once.registries.entities)


def test_another_alias_is_of_the_same_row_and_type(gold: Gold) -> None:
    rows = {row.id: {row.name, *row.aliases} for row in gold.registries.entities}
    changed = 0
    for before, after in paired(gold, perturb(gold, "alias")):
        for old, new in zip(before.labels.mentions, after.labels.mentions, strict=True):
            if old.kind == "name" and old.text != new.text:
                meant = rows[new.literal or new.entity or ""]
                assert new.text in {*meant, *(name.upper() for name in meant)}
                changed += 1
    assert changed > 50


def test_speakers_of_adjacent_quotes_exchange_and_the_gold_follows(gold: Gold) -> None:
    pairs = 0
    for before, after in paired(gold, perturb(gold, "speaker-exchange")):
        moved = [
            (old, new)
            for old, new in zip(before.labels.quotes, after.labels.quotes, strict=True)
            if old.speaker != new.speaker
        ]
        names = {mention.span: mention for mention in after.labels.mentions if mention.kind == "name"}
        for old, new in moved:
            assert new.source is not None
            assert names[new.source].entity == new.speaker[0], "who is named is who speaks"
            assert [span.text for span in old.content] == [span.text for span in new.content]
            held = [stance.holder for stance in after.labels.stances if stance.quote == new.id]
            was = [stance.holder for stance in before.labels.stances if stance.quote == new.id]
            assert [holder == old.speaker[0] for holder in was] == [holder == new.speaker[0] for holder in held]
        pairs += len(moved) // 2
        assert sorted(q.speaker for q, _ in moved) == sorted(q.speaker for _, q in moved)
    assert pairs >= 1


def test_names_that_are_no_probes_are_all_named() -> None:
    with pytest.raises(FaultsError) as caught:
        asked_probes(["name", "quotes:gothic", "order", "order", "case:lower", "names:x"])
    assert [fault.found for fault in caught.value.faults] == ["name", "quotes:gothic", "order", "names:x"]
    assert "names" in str(caught.value.faults[0].hint)
    with pytest.raises(FaultsError, match="no probe"):
        asked_probes([])
    assert [each.name for each in asked_probes(["order", "case:upper", "case"][:2])] == ["case:upper", "order"]


def test_a_perturbed_corpus_is_not_perturbed_again(gold: Gold) -> None:
    once = perturb(gold, "order")
    with pytest.raises(FaultsError, match="all probes at once"):
        perturb(once.gold, "names", about=once.about)
