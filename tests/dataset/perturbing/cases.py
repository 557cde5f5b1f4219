"""Articles that probes are tried on: the five, and hypothesis-made ones with everything that offsets trip over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from hypothesis import strategies as st
from tests import strategies
from tests.builders import document

from onrecord.dataset import Article, Entity, Gold, Mention, Registries
from onrecord.dataset.check import spans_of
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.perturbing.edits import Edit
from onrecord.dataset.perturbing.perturbed import Perturbed
from onrecord.dataset.perturbing.perturbed import perturb as run
from onrecord.dataset.perturbing.probe import Page, Pages
from onrecord.dataset.perturbing.probes import PROBES, asked_probes
from onrecord.dataset.seeds.documents import Section, SeedDescription, Zone, descriptions, read_seed

EVERY = [
    name for probe in PROBES.values() for name in (probe.name, *(f"{probe.name}:{v}" for v in probe.variants if v))
]
"""Every probe in every way."""

_WORDS = [
    "Vera", "Okonkwo", "OKONKWO", "okonkwo", "Lund", "Lundish", "V.", "U.L.", "UL", "said", "the", "She", "2021", "May",
    "“well”", '"no"', "‘so’", "'so'", "it's", "«oui»", "„ja“", "Ångström", "A\u030angstro\u0308m", "rn", "clear",
    "فلاديمير", "بوتين", "שלום", "ירושלים", "\u202eabc\u202c", "😀", "👩🏽\u200d🚀", "İstanbul", "straße", "ﬁn",
    "각", "\u1100\u1161", "北京", "modern", "\n\n", "\n", "1,999", "#VeraOkonkwo", "lund_2021",
]  # fmt: skip

texts = st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from([" ", "", ", "])), min_size=4, max_size=14).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
"""Words of several scripts, quotation marks, letters in both forms, line breaks, emoji; touching or not."""

REGISTRIES = Registries(
    entities=(
        Entity(id="vera-okonkwo", type="PER", name="Vera Okonkwo", aliases=("Okonkwo", "V. Okonkwo")),
        Entity(id="lund", type="GPE", name="Lund", aliases=("Lundish",)),
        Entity(id="united-lund", type="ORG", name="United Lund", aliases=("UL", "U.L.")),
        Entity(id="jerusalem", type="GPE", name="ירושלים"),
        Entity(id="putin", type="PER", name="فلاديمير بوتين", aliases=("بوتين",)),
    )
)


@st.composite
def golds(draw: st.DrawFn) -> Gold:
    """Gold of one or two articles, with labels anywhere: nested, discontinuous, touching, in the middle of words."""
    articles = []
    for number in range(draw(st.integers(1, 2))):
        text = draw(texts.filter(lambda text: len(text) > 8))
        labels = draw(strategies.labels(text))
        cut = draw(st.integers(1, len(text) - 1))
        parts = (("title", 0, cut), ("body", cut, len(text)))
        sections = [msgspec.convert({"kind": k, "start": a, "end": b, "raw_start": a}, Section) for k, a, b in parts]
        made = msgspec.structs.replace(document(text), id=f"doc-{number}", sections=tuple(sections))
        named = tuple(
            Mention(id=f"n{at}", start=at, end=at + len(name), text=name, type="PER", entity="vera-okonkwo")
            for name in ("Okonkwo", "Vera")
            if (at := text.find(name)) >= 0
        )
        articles.append(
            Article(document=made, labels=msgspec.structs.replace(labels, mentions=labels.mentions + named))
        )
    return Gold(articles=tuple(articles), registries=REGISTRIES)


def page_of(article: Article) -> Page:
    """A page with something around every part of an article."""
    around, zones, decoded = "Menu | Lund\r\nMore", list[Zone](), ""
    for kind, text in (("nav", around), ("body", article.document.text), ("legal", "© Vera")):
        zones.append(
            msgspec.convert(
                {"kind": kind, "start": len(decoded), "end": len(decoded) + len(text), "opens": text[:48]}, Zone
            )
        )
        decoded += text
    described = SeedDescription(
        id=article.document.id,
        seed="-",
        sha256="",
        publisher="-",
        language="en",
        topic="-",
        published=None,
        published_source=None,
        published_reason="-",
        zones=tuple(zones),
    )
    return Page(described, decoded)


def perturb(
    gold: Gold, *names: str, seed: int = 0, about: CorpusFile | None = None, pages: Pages | None = None
) -> Perturbed:
    """Apply probes; pages are made where there are none."""
    pages = {each.document.id: page_of(each) for each in gold.articles} if pages is None else pages
    return run(gold, about or CorpusFile(scheme=gold.scheme), "", asked_probes(names), seed, pages)


def paired(gold: Gold, found: Perturbed) -> list[tuple[Article, Article]]:
    """Each article with what was made of it: a probe may give articles other names, and with them another order."""
    made = {each.document.id: each for each in found.gold.articles}
    return [(gold.articles[said.place], made[said.id]) for said in found.file.articles]


def pages_in(folder: Path) -> Pages:
    """The pages of a folder of seeds."""
    found = (read_seed(path) for path in descriptions(folder))
    return {description.id: Page(description, decoded) for description, decoded in found}


def wrong_spans(article: Article) -> list[object]:
    """Spans that are not their slices, sections out of the text, and hashes that are another text's."""
    text = article.document.text
    found: list[object] = [
        (pointer, span)
        for pointer, span in spans_of(article.labels)
        if not 0 <= span.start < span.end <= len(text) or text[span.start : span.end] != span.text
    ]
    found += [each for each in article.document.sections if not 0 <= each.start < each.end <= len(text)]
    return found


@st.composite
def edit_lists(draw: st.DrawFn, text: str) -> list[Edit]:
    """Disjoint edits of a text, ascending; some touch, some insert, some take out."""
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    new = st.text("ab😀é", max_size=4)
    found = [Edit(a, b, draw(new)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    kept: list[Edit] = []
    for edit in found:  # two insertions at one place are one
        if not (kept and edit.start == edit.end == kept[-1].start == kept[-1].end):
            kept.append(edit)
    return kept


def all_spans(articles: Sequence[Article]) -> Iterator[tuple[int, int]]:
    """The places of all spans."""
    for article in articles:
        yield from ((span.start, span.end) for _, span in spans_of(article.labels))
