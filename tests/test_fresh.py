"""The fresh articles are what their plans say, and show nothing of them."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from onrecord.dataset import Document, Gold, read_documents
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.seeds.documents import read_seed
from onrecord.dataset.seeds.ingest import ingest
from onrecord.dataset.walk import references
from tests.plans import Phenomenon, Plan, read_plans

_WORD = re.compile(r"\w[\w’'-]*")
_SENTENCE = re.compile(r"[.!?][\"”’»]*\s+|\n+")
_MARKED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|(?<!\w)‘[^’]*’(?!\w)")
_NOBODY_SAID = ["«Marigold Ann»", "«Tarn Gate»", '"for now,"', '"pending review."']
"""Names and scare quotes."""
_LINE = re.compile(r">([^<>\n]+)<")
_BESIDE = re.compile(r"<(aside|div) .*?</\1>")
"""What stands within an article of a page and is not of it."""
_LEAST_OF_SENTENCE = 5
"""So many words a sentence has that two outlets do not come to by chance."""


@pytest.fixture(scope="module")
def plans(root: Path) -> list[Plan]:
    return read_plans(root / "annotation" / "fresh" / "plans")


@pytest.fixture(scope="module")
def documents(root: Path) -> dict[str, Document]:
    """The articles by what the plans call them."""
    found = read_documents(root / "seeds" / "fresh")
    return {each.id.rpartition("_")[0]: each for each in found}


def written(root: Path, *, all_of_them: bool = False) -> list[Path]:
    """What a reader may come to see, or all that was written for the set."""
    folder = root / "seeds" / "fresh"
    found = [each for each in folder.rglob("*") if each.suffix in (".txt", ".html", ".json")]
    return found + sorted((root / "annotation" / "fresh").rglob("*.*")) if all_of_them else found


def faults_of(plan: Plan) -> list[str]:
    """Ids of a plan that stand for nothing, or for two things."""
    groups = {
        "article": [each.id for each in plan.articles],
        "entity": plan.entities,
        "event": [each.id for each in plan.events],
        "claim": [each.id for each in plan.claims],
        "utterance": [each.id for each in plan.utterances],
    }
    faults = [f"{id} twice" for ids in groups.values() for id, many in Counter(ids).items() if many > 1]
    outlets = [each.outlet for each in plan.articles]
    used = [("article", article) for article, _ in plan.quoted()]
    used += [("article", article) for stand in plan.stands for article in stand.articles]
    used += [("article", article) for hard in plan.phenomena for article in hard.articles]
    used += [("entity", each.who) for event in plan.events for each in event.participants]
    used += [("entity", event.place) for event in plan.events if event.place]
    used += [("entity", each.speaks_for) for each in plan.persons if each.speaks_for]
    used += [("entity", each.organisation) for each in plan.persons if each.organisation not in ("", *outlets)]
    used += [("entity", each.speaker) for each in plan.utterances if each.speaker != "unknown"]
    used += [("entity", each.who) for each in plan.stands]
    used += [(each.kind, each.on) for each in plan.stands]
    for _, telling in plan.tellings():
        used += [("entity", relay) for relay in telling.relays]
        used += [("utterance", telling.within)] if telling.within else []
    return faults + [f"no {kind} {id}" for kind, id in used if id not in groups[kind]]


def test_there_are_enough_of_them_and_each_is_told_by_several(
    plans: Sequence[Plan], documents: dict[str, Document]
) -> None:
    assert len(documents) >= 22
    assert len(plans) == 7
    assert sorted(documents) == sorted(each.id for plan in plans for each in plan.articles)
    for plan in plans:
        assert 2 <= len({each.outlet for each in plan.articles}) == len(plan.articles) <= 4


def test_each_is_as_long_as_a_short_report(documents: dict[str, Document]) -> None:
    for name, document in documents.items():
        assert 150 <= len(_WORD.findall(document.text)) <= 450, name


def test_plan_and_seed_say_the_same_of_an_article(plans: Sequence[Plan], documents: dict[str, Document]) -> None:
    for plan in plans:
        for article in plan.articles:
            seed = documents[article.id]
            said = (article.outlet, article.published, plan.happening)
            assert (seed.publisher, seed.published, seed.topic) == said
            assert "2031" <= article.published <= "2035"


def test_plans_refer_to_what_is_in_them(plans: Sequence[Plan]) -> None:
    for plan in plans:
        assert faults_of(plan) == [], plan.happening
        assert plan.utterances
        assert plan.stands
        assert plan.contradictions


def test_what_stands_for_nothing_is_found(plans: Sequence[Plan]) -> None:
    broken = msgspec.structs.replace(plans[0], persons=(*plans[0].persons[1:], plans[0].persons[-1]))
    assert any(fault.startswith("no entity") for fault in faults_of(broken))
    assert f"{plans[0].persons[-1].id} twice" in faults_of(broken)


def test_the_words_that_a_plan_quotes_stand_in_the_article(
    plans: Sequence[Plan], documents: dict[str, Document]
) -> None:
    for plan in plans:
        missing = [(article, words) for article, words in plan.quoted() if words not in documents[article].text]
        assert missing == [], plan.happening


def test_whatever_stands_in_marks_is_an_utterance_of_the_plan(
    plans: Sequence[Plan], documents: dict[str, Document]
) -> None:
    missing, seen = [], 0
    for plan in plans:
        for article in plan.articles:
            told = [words for _, each in plan.tellings() if each.article == article.id for words in each.words]
            for marked in _MARKED.findall(documents[article.id].text):
                seen += 1
                if not any(marked in words for words in told):
                    missing.append(marked)
    assert seen > 100
    assert sorted(missing) == sorted(_NOBODY_SAID)


def test_an_inner_quote_lies_in_the_outer_and_only_relays_relay(plans: Sequence[Plan]) -> None:
    for plan in plans:
        words: dict[tuple[str, str], str] = defaultdict(str)
        for utterance, telling in plan.tellings():
            words[utterance.id, telling.article] += "\n".join(telling.words)
        for utterance, telling in plan.tellings():
            where = (plan.happening, utterance.id, telling.article)
            assert (telling.how == "relayed") == bool(telling.relays), where
            if telling.within:
                outer = words[telling.within, telling.article]
                assert all(each in outer for each in telling.words), where


def test_marks_say_what_is_direct(plans: Sequence[Plan]) -> None:
    for plan in plans:
        for utterance, telling in plan.tellings():
            marked = all(words[0] in "\"“‘«'" and words[-1] in "\"”’»'" for words in telling.words)
            if telling.how in ("direct", "indirect"):
                assert marked == (telling.how == "direct"), (plan.happening, utterance.id, telling.article)


def test_every_phenomenon_is_in_two_happenings(plans: Sequence[Plan]) -> None:
    many = Counter(name for plan in plans for name in {each.name for each in plan.phenomena})
    assert set(many) == set(get_args(Phenomenon))
    assert {name: number for name, number in many.items() if number < 2} == {}


def shows(plan: Plan, name: Phenomenon, documents: dict[str, Document]) -> bool:
    """Whether a plan bears out that a phenomenon is in its articles, where that can be told."""
    tellings = list(plan.tellings())
    match name:
        case "relay three deep":
            return any(len(telling.relays) >= 3 for _, telling in tellings)
        case "quote in quote":
            return any(telling.within for _, telling in tellings)
        case "mistranslated verb":
            return any(telling.how == "mistranslated" for _, telling in tellings)
        case "same surname":
            surnames = Counter(each.name.split()[-1] for each in plan.persons if each.name.istitle())
            return any(many > 1 for many in surnames.values())
        case "spokesperson against office":
            return any(each.speaks_for for each in plan.persons)
        case "two translations":
            return any(len({each.article for each in said.tellings}) > 1 for said in plan.utterances)
        case "alike meetings":
            meetings = [each for each in plan.events if each.type == "meeting"]
            return len({each.time for each in meetings if any(t.modality == "actual" for t in each.told)}) > 1
        case "plan comes true":
            types = [(event.type, told.modality) for event in plan.events for told in event.told]
            return any((type, "actual") in types for type, modality in types if modality == "planned")
        case "late speaker":
            names = {each.id: each.name.split()[-1] for each in plan.persons}
            return any(
                documents[telling.article].text.rpartition(telling.words[-1])[2].partition(names[said.speaker])[0]
                .replace("\n\n", "\n").count("\n") >= 2
                for said, telling in tellings
                if said.speaker in names and telling.how == "direct" and not telling.within
            )  # fmt: skip
        case _:
            return True


def test_the_plan_bears_out_its_phenomena(plans: Sequence[Plan], documents: dict[str, Document]) -> None:
    for plan in plans:
        for each in plan.phenomena:
            assert shows(plan, each.name, documents), (plan.happening, each.name)


def test_no_real_name_is_in_them(root: Path, five: Gold) -> None:
    used = {ref.id for a in five.articles for _, item in a.labels.items() for ref in references(item)}
    names = {name for row in five.registries.entities if row.id in used for name in (row.name, *row.aliases)}
    assert len(names) > 50
    real = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names))) + r")(?!\w)")
    assert real.search("the Kremlin said") is not None
    for path in written(root, all_of_them=True):
        if path.suffix != ".md":
            assert real.search(path.read_text(encoding="utf-8")) is None, path


def test_nothing_that_a_reader_sees_tells_of_the_plan(root: Path) -> None:
    told = [*get_args(Phenomenon), "phenomen", "sarcas", "metonym", "mistransl", "translation", "invented", "fictional"]
    told += ["language model", "fresh", "annotat"]
    for path in written(root):
        text = f"{path.name}\n{path.read_text(encoding='utf-8')}".lower()
        assert [each for each in told if each in text] == [], path


def test_no_sentence_is_in_two_outlets(documents: dict[str, Document]) -> None:
    outlets: dict[str, set[str]] = defaultdict(set)
    for document in documents.values():
        for sentence in _SENTENCE.split(document.text):
            if len(words := _WORD.findall(sentence.lower())) >= _LEAST_OF_SENTENCE:
                outlets[" ".join(words)].add(document.publisher)
    assert len(outlets) > 300
    assert {sentence: said for sentence, said in outlets.items() if len(said) > 1} == {}


def test_the_right_text_comes_out_of_every_page(root: Path, tmp_path: Path) -> None:
    pages = sorted((root / "seeds" / "fresh" / "pages").glob("*.html"))
    assert len(pages) >= 8
    for page in pages:
        raw = page.read_text(encoding="utf-8")
        (seed,) = (root / "seeds" / "fresh").glob(f"{page.stem}_*.json")
        description, decoded = read_seed(seed)
        assert description.source_sha256 == sha256(page.read_bytes())
        (again,) = ingest(page, tmp_path / page.stem, description.topic).articles
        assert again.description.sha256 == description.sha256
        before, _, rest = raw.partition("<article>")
        article, _, after = rest.partition("</article>")
        beside = "".join(each[0] for each in _BESIDE.finditer(article))
        foreign = _LINE.findall(before.partition("<nav>")[2] + beside + after)
        own = _LINE.findall(_BESIDE.sub("", article))
        assert len(foreign) >= 8
        lines = decoded.splitlines()
        assert [line for line in own if html.unescape(line) not in lines] == [], page
        assert [line for line in foreign if html.unescape(line) in lines] == [], page


def test_they_are_a_split_of_their_own(root: Path, documents: dict[str, Document]) -> None:
    found = read_documents(root / "seeds")
    assert {each.id for each in found if each.split == "fresh"} == {each.id for each in documents.values()}
    assert {each.topic for each in found if each.split == "fresh"}.isdisjoint(
        each.topic for each in found if each.split != "fresh"
    )


def test_it_is_said_who_wrote_them_and_what_may_be_done_with_them(
    root: Path, plans: Sequence[Plan], documents: dict[str, Document]
) -> None:
    for name in ("seeds/README.md", "seeds/fresh/README.md", "annotation/fresh/README.md", "DATASHEET.md",
                 "dataset/LICENSE-DATA.md"):  # fmt: skip
        text = " ".join((root / name).read_text(encoding="utf-8").split())
        assert re.search(r"written by a language model", text), name
        assert "CC BY 4.0" in text, name
    said = (root / "seeds" / "fresh" / "README.md").read_text(encoding="utf-8")
    assert [each.id for each in documents.values() if f"`{each.id}" not in said] == []
    styles = (root / "annotation" / "fresh" / "README.md").read_text(encoding="utf-8")
    assert [each.outlet for plan in plans for each in plan.articles if each.outlet not in styles] == []
