"""``names``: nobody can be named from what is written, and the words are made as names are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.builders import ABOUT, document
from tests.dataset.perturbing.cases import pages_in, paired, perturb

from onrecord.dataset import Article, Entity, Gold, Labels, Mention, Registries
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.perturbing.names import renaming
from onrecord.dataset.perturbing.probe import Setting
from onrecord.dataset.perturbing.renaming import Initials, Renaming
from onrecord.dataset.publishing.build import write
from onrecord.dataset.publishing.folder import read_rows

ORDINARY = frozenset(
    [
        "About",
        "An",
        "Coast",
        "Council",
        "Defence",
        "Families",
        "Group",
        "Growers",
        "Hall",
        "Line",
        "Military",
        "Ministry",
        "My",
        "News",
        "Observers",
        "Officials",
        "Outsiders",
        "PASS",
        "Pass",
        "Some",
        "Staff",
        "State",
        "Territory",
        "The",
        "They",
        "Union",
    ]
)
"""Words with a capital in names, and in what is said of the unnamed, that name nobody."""
SMALL = frozenset(
    [
        "new",
        "news",
        "us",
        "joint",
        "security",
        "weekly",
        "bank",
        "fish",
        "now",
        "river",
        "school",
        "week",
        "friends",
        "museum",
        "gap",
    ]
)
"""Words of names that the articles or the card also use as ordinary words, in small letters."""
_WORD = re.compile(r"[^\W\d_]+")


def name_words(gold: Gold) -> set[str]:
    """The words with a capital of all names that the registry and the mentions have."""
    names = [name for row in gold.registries.entities for name in (row.name, *row.aliases)]
    names += [m.text for a in gold.articles for m in a.labels.mentions if m.kind == "name"]
    words = {word for name in names for word in _WORD.findall(name) if word[0].isupper() and len(word) > 1}
    return words - ORDINARY


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """The name of every file, and what is said in it; of tables their rows."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        yield f"the name of {name}", name
        if path.suffix == ".parquet":
            yield name, msgspec.json.encode(read_rows(folder, path.parent.name, path.stem)).decode()
        else:
            yield name, path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("probe") / "names"
    write(perturb(gold, "names", about=ABOUT).build(), folder)
    return folder


def test_no_word_of_a_name_is_left_anywhere(gold: Gold, folder: Path) -> None:
    wanted = name_words(gold)
    assert {"Putin", "Lukashenko", "Belarusian", "NATO", "York", "REUTERS"} <= wanted
    files = 0
    for where, said in everything(folder):
        files += 1
        words = {*_WORD.findall(said)}
        assert not words & wanted, where
        small = {word.lower() for word in wanted} - SMALL
        left = {word for word in words if word.lower() in small}
        assert not left, where
    assert files > 30


@pytest.mark.parametrize("with_it", ["boilerplate", "alias", "places-and-people-exchange", "speaker-exchange", "noise"])
def test_no_word_of_a_name_is_left_by_other_probes(gold: Gold, root: Path, with_it: str) -> None:
    found = perturb(gold, with_it, "names", pages=pages_in(root / "seeds")).gold
    wanted = name_words(gold)
    small = {word.lower() for word in wanted} - SMALL
    for article in found.articles:
        words = {*_WORD.findall(article.document.text)}
        assert not words & wanted
        assert not {word for word in words if word.lower() in small}


def test_no_invented_name_is_known(gold: Gold) -> None:
    known = {
        word.lower()
        for row in gold.registries.entities
        for name in (row.name, *row.aliases)
        for word in _WORD.findall(name)
    }
    known |= {word.lower() for article in gold.articles for word in _WORD.findall(article.document.text)}
    made = renaming(gold, Setting(3))
    assert known.isdisjoint(made.table.values())
    assert len({*made.table.values()}) == len(made.table), "two names stay two"
    assert all(row.wikidata is None for row in perturb(gold, "names").gold.registries.entities)


def test_no_letter_is_at_its_place(gold: Gold) -> None:
    made = renaming(gold, Setting(0))
    for word, new in made.table.items():
        assert len(new) >= len(word)
        alike = [a for a, b in zip(word, new, strict=False) if a == b]
        ending = next((e for e in ("ian", "ish", "ern") if word.endswith(e) and new.endswith(e)), "")
        assert len(alike) <= len(ending) or word in ("surovikin", "surovkin", "wanger"), (word, new)


def test_whoever_has_a_description_alone_has_no_name() -> None:
    text = (
        "Angela Marsh met an official with knowledge of the plan, a soldier of the guard and her nephew in Zeeland."
        " Ludwig van Okonkwo stayed. My official view: a nephew has knowledge, my soldier none."
    )
    people = (
        ("marsh", "Angela Marsh"),
        ("official", "An official with knowledge of the plan"),
        ("soldier", "soldier"),
        ("nephew", "My nephew in Zeeland"),
        ("ludwig", "Ludwig van Okonkwo"),
    )
    rows = [Entity(id=id, type="PER", name=name) for id, name in people]
    rows.append(Entity(id="zeeland", type="GPE", name="Zeeland"))
    article = Article(document=document(text), labels=Labels())
    found = perturb(Gold(articles=(article,), registries=Registries(entities=tuple(rows))), "names").gold
    after = found.articles[0].document.text
    new = {row.id: row.name for row in found.registries.entities}
    angela, ludwig, zeeland = (found.registries.entities[n].name for n in (0, 4, 5))
    assert after == (
        f"{angela} met an official with knowledge of the plan, a soldier of the guard and her nephew in {zeeland}."
        f" {ludwig} stayed. My official view: a nephew has knowledge, my soldier none."
    )
    assert not {"Angela", "Marsh", "Ludwig", "Okonkwo", "Zeeland"} & {*_WORD.findall(after)}
    assert f"My nephew in {zeeland}" in new.values()
    assert "An official with knowledge of the plan" in new.values()


@pytest.fixture
def small() -> Gold:
    text = (
        "Angela Marsh of the Republic of Zeeland met V. Okonkwo, whom ZEELAND'S Zeelandic press calls Okonkwo, in New"
        ' Haven. The R.Z. said: "Marshism ends, and #StopOkonkwo with it." The marsh was dry; new press'
        " cards, new pens. See www.okonkwo.example or angela_marsh. J. Q. Marsh, Ministers, and"
        " press of the Republic, and press."
    )
    rows = Registries(
        entities=(
            Entity(id="angela-marsh", type="PER", name="Angela Marsh", aliases=("Marsh",)),
            Entity(id="okonkwo", type="PER", name="Victor Okonkwo", aliases=("V. Okonkwo",)),
            Entity(id="zeeland", type="GPE", name="Republic of Zeeland", aliases=("Zeeland", "Zeelandic", "R.Z.")),
            Entity(id="new-haven", type="GPE", name="New Haven"),
        )
    )
    mentions = tuple(
        Mention(id=f"m{n}", start=text.index(name), end=text.index(name) + len(name), text=name, type="PER", entity=id)
        for n, (name, id) in enumerate((("Angela Marsh", "angela-marsh"), ("Okonkwo", "okonkwo")))
    )
    return Gold(articles=(Article(document=document(text), labels=Labels(mentions=mentions)),), registries=rows)


def test_forms_capitals_and_initials_are_kept(small: Gold) -> None:
    found = perturb(small, "names").gold
    rows = {row.id: row for row in found.registries.entities}
    angela, victor, zeeland, haven = found.registries.entities
    first, last = angela.name.split()
    text = found.articles[0].document.text
    land, landic, short = zeeland.aliases
    assert text.startswith(f"{first} {last} of the ")
    assert f"met {victor.name[0]}. {victor.name.split()[1]}, whom {land.upper()}'S {landic} press" in text
    assert landic == f"{land}ic"
    assert short == f"{zeeland.name.split()[0][0]}.{land[0]}."
    assert f"The {short} said" in text
    assert f'"{last}ism ends, and #Stop{victor.name.split()[1]} with it."' in text
    assert f"www.{victor.name.split()[1].lower()}.example or {first.lower()}_{last.lower()}." in text
    assert f"The {last.lower()} was dry; new press cards, new pens." in text, (
        "of a person every word, of others no ordinary one"
    )
    assert haven.name.split()[0] != "New"
    assert {*rows} == {row.id for row in found.registries.entities}
    assert not {"angela", "marsh", "okonkwo", "zeeland", "haven"} & {*"-".join(rows).split("-")}
    initials = re.search(r"(\w)\. (\w)\. " + last, text)
    assert initials is not None
    assert (initials[1] != "J", initials[2] != "Q") == (True, True)


def test_names_of_other_scripts() -> None:
    text = "وقال بوتين ولبوتين إن ירושלים ו בירושלים 北京市 and Москва с Москвой."
    rows = (
        Entity(id="p", type="PER", name="فلاديمير بوتين", aliases=("بوتين",)),
        Entity(id="j", type="GPE", name="ירושלים"),
        Entity(id="b", type="GPE", name="北京"),
        Entity(id="m", type="GPE", name="Москва", aliases=("Москвой",)),
    )
    article = Article(document=document(text), labels=Labels())
    found = perturb(Gold(articles=(article,), registries=Registries(entities=rows)), "names").gold
    after = found.articles[0].document.text
    for name in ("بوتين", "ירושלים", "北京", "Москв"):
        assert name not in after
        assert name not in str(found.registries)
    assert re.search(r"and [А-Я][а-я]+ с [А-Я][а-я]+\.$", after)
    assert "市" in after
    assert "وقال" in after


def test_ids_stay_one_to_one(gold: Gold) -> None:
    found = perturb(gold, "names").gold
    for name in ("entities", "events", "claims"):
        before, after = (getattr(each.registries, name) for each in (gold, found))
        assert len({row.id for row in after}) == len(before)
    assert [a.document.topic for a in found.articles] != [a.document.topic for a in gold.articles]


def test_the_same_name_is_the_same_in_every_article(gold: Gold) -> None:
    surfaces: dict[str, set[str]] = {}
    for before, after in paired(gold, perturb(gold, "names")):
        for old, new in zip(before.labels.mentions, after.labels.mentions, strict=True):
            surfaces.setdefault(old.text, set()).add(new.text)
    assert all(len(each) == 1 for each in surfaces.values())


def test_a_table_without_names_changes_nothing() -> None:
    empty = Renaming({}, frozenset(), frozenset(), Initials({}, {}))
    assert empty.edits("Vera V. Okonkwo") == []
    assert empty.ids("vera-okonkwo") == "vera-okonkwo"
    gold = Gold(articles=(Article(document=document("Vera says so."), labels=Labels()),), registries=Registries())
    assert perturb(gold, "names", about=CorpusFile()).gold.articles[0].document.text == "Vera says so."
