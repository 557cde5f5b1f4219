"""Names as tokens and tags: aligned, nested, told apart; by the tokens of spaCy and of a fast tokenizer too."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import Gold, Mention, bio_tags, to_bio
from onrecord.dataset.layers import using
from onrecord.dataset.publishing.bio import TaggedText, TagScheme, Unfit, word_offsets
from onrecord.dataset.publishing.folder import read_rows
from onrecord.dataset.scheme import Scheme
from onrecord.eval.readers import ColumnFormat, read_columns

TEXT = "The University of Minsk met Ana-Maria Lukashenko's aide."


def span(surface: str, type: str = "PER", kind: str = "name", text: str = TEXT) -> dict[str, Any]:
    start = text.index(surface)
    return {"start": start, "end": start + len(surface), "text": surface, "type": type, "kind": kind}


def tagged_words(tagged: TaggedText) -> list[str]:
    return [f"{word}/{tag}" for word, tag in zip(tagged.words, tagged.tags, strict=True) if tag != "O"]


@pytest.mark.parametrize(
    ("scheme", "letters"), [("IO", "III I"), ("BIO", "BII B"), ("BIOES", "BIE S"), ("BILOU", "BIL U")]
)
def test_every_scheme_has_its_letters(scheme: TagScheme, letters: str) -> None:
    tagged = to_bio(TEXT, [span("University of Minsk", "ORG"), span("Lukashenko")], scheme=scheme)
    long, alone = letters.split()
    tags = [f"{letter}-ORG" for letter in long] + [f"{alone}-PER"]
    assert [tag for tag in tagged.tags if tag != "O"] == tags
    assert tagged.unfit == ()
    assert {*tags, "O"} <= set(bio_tags(scheme))


def test_the_tags_of_a_scheme_are_numbered_by_their_order() -> None:
    assert bio_tags(types=["PER", "ORG"]) == ("O", "B-PER", "I-PER", "B-ORG", "I-ORG")
    assert bio_tags("IO", ["PER"]) == ("O", "I-PER")
    assert bio_tags()[:3] == ("O", "B-PER", "I-PER")
    with using(Scheme(entity_types=("Persona",), free_types=())):
        assert bio_tags("BILOU") == ("O", "U-Persona", "B-Persona", "I-Persona", "L-Persona")


def test_of_nested_mentions_the_one_asked_for_is_tagged_and_the_others_are_told() -> None:
    outer, inner = span("University of Minsk", "ORG"), span("Minsk", "GPE")
    longest, shortest = (to_bio(TEXT, [inner, outer], overlap=each) for each in ("longest", "shortest"))
    assert tagged_words(longest) == ["University/B-ORG", "of/I-ORG", "Minsk/I-ORG"]
    assert longest.unfit == (Unfit(inner, "overlap"),)
    assert tagged_words(shortest) == ["Minsk/B-GPE"]
    assert shortest.unfit == (Unfit(outer, "overlap"),)


def test_of_two_mentions_of_one_place_the_first_is_tagged() -> None:
    one, other = span("Minsk", "GPE"), span("Minsk", "ORG")
    for pair, type in (([one, other], "GPE"), ([other, one], "ORG")):
        tagged = to_bio(TEXT, pair)
        assert tagged_words(tagged) == [f"Minsk/B-{type}"]
        assert tagged.unfit == (Unfit(pair[1], "overlap"),)


def test_a_mention_within_a_token_is_left_out_or_widened() -> None:
    tokens = [match.span() for match in re.finditer(r"\S+", TEXT)]
    mentions = [span("Minsk", "GPE"), span("Maria Lukashenko")]
    dropped = to_bio(TEXT, mentions, tokens=tokens)
    assert tagged_words(dropped) == ["Minsk/B-GPE"]
    assert dropped.unfit == (Unfit(mentions[1], "misaligned"),)
    widened = to_bio(TEXT, mentions, tokens=tokens, misaligned="widen")
    assert tagged_words(widened) == ["Minsk/B-GPE", "Ana-Maria/B-PER", "Lukashenko's/I-PER"]
    assert widened.unfit == (Unfit(mentions[1], "misaligned", widened=True),)


def test_what_is_left_out_blocks_no_other() -> None:
    tokens = [match.span() for match in re.finditer(r"\S+", TEXT)]
    tagged = to_bio(TEXT, [span("Minsk met Ana", "ORG"), span("Minsk", "GPE")], tokens=tokens)
    assert tagged_words(tagged) == ["Minsk/B-GPE"]
    widened = to_bio(TEXT, [span("Minsk met Ana", "ORG"), span("Minsk", "GPE")], tokens=tokens, misaligned="widen")
    assert [(each.why, each.widened) for each in widened.unfit] == [("overlap", False), ("misaligned", True)]


def test_a_window_tells_what_it_lacks_and_what_it_cuts() -> None:
    words = word_offsets(TEXT)
    mentions = [span("University of Minsk", "ORG"), span("Ana-Maria Lukashenko")]
    window = to_bio(TEXT, mentions, tokens=[(0, 0), *words[:3], (0, 0)])
    assert window.tags == (None, "O", "O", "O", None)
    assert [each.why for each in window.unfit] == ["misaligned", "no token"]


def test_white_space_at_the_ends_of_tokens_and_mentions_does_not_matter() -> None:
    text = "met  Ana\n Maria now"
    mention = {"start": 4, "end": 16, "type": "PER"}  # from a blank to a blank
    glued = [(0, 3), (3, 8), (8, 15), (15, 19)]  # each with what stands before it, as byte-level tokens have it
    assert to_bio(text, [mention], tokens=glued).tags == ("O", "B-PER", "I-PER", "O")
    spaces_too = [(0, 3), (4, 5), (5, 8), (8, 10), (10, 15), (16, 19)]  # as spaCy has it
    assert to_bio(text, [mention], tokens=spaces_too).tags == ("O", "O", "B-PER", "I-PER", "I-PER", "O")
    only_space = {"start": 3, "end": 5, "type": "PER"}
    assert to_bio(text, [only_space]).unfit == (Unfit(only_space, "no token"),)


def test_several_tokens_of_one_character_are_tagged_together() -> None:
    text = "𝒦 spoke"
    tokens = [(0, 1), (0, 1), (0, 1), (2, 7)]  # the bytes of one character
    assert to_bio(text, [{"start": 0, "end": 1, "type": "PER"}], tokens=tokens).tags == ("B-PER", "I-PER", "I-PER", "O")


def test_kinds_other_than_names_are_tagged_where_they_are_asked_for() -> None:
    mentions = [span("Lukashenko"), span("aide", kind="nominal")]
    assert tagged_words(to_bio(TEXT, mentions)) == ["Lukashenko/B-PER"]
    assert tagged_words(to_bio(TEXT, mentions, kinds="nominal")) == ["aide/B-PER"]
    assert tagged_words(to_bio(TEXT, mentions, kinds=["name", "nominal"])) == ["Lukashenko/B-PER", "aide/B-PER"]


def test_the_first_kind_is_that_of_the_scheme_in_force() -> None:
    mentions = [span("Lukashenko", kind="nombre"), span("aide", kind="otro")]
    with using(Scheme(mention_kinds=("nombre", "otro"))):
        assert tagged_words(to_bio(TEXT, mentions)) == ["Lukashenko/B-PER"]
    assert tagged_words(to_bio(TEXT, mentions, kinds=["otro"])) == ["aide/B-PER"]
    with pytest.raises(ValueError, match="kind 'nombre': the scheme in force has name, nominal, pronoun"):
        to_bio(TEXT, mentions)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        ((TEXT,), {}, TypeError, "a text and its mentions"),
        (({"text": TEXT, "mentions": []}, []), {}, TypeError, "an article, which has both"),
        ((TEXT, [{"start": 50, "end": 99, "type": "X"}]), {}, ValueError, r"\[50, 99\).* 56 characters"),
        ((TEXT, [{"start": 3, "end": 3, "type": "X"}]), {}, ValueError, r"\[3, 3\)"),
        ((TEXT, [{"start": 4, "end": 7, "text": "Min", "type": "X"}]), {}, ValueError, "'Uni' is there, not 'Min'"),
        ((TEXT, []), {"tokens": [(0, 3), (50, 57)]}, ValueError, r"token 1 at \[50, 57\)"),
        ((TEXT, []), {"tokens": [(4, 14), (0, 3)]}, ValueError, "in the order of the text"),
        ((TEXT, []), {"tokens": [(0, 14), (4, 8)]}, ValueError, "in the order of the text"),
        ((TEXT, []), {"scheme": "IOB1"}, ValueError, "'IOB1': one of IO, BIO, BIOES, BILOU"),
        ((TEXT, []), {"overlap": "first"}, ValueError, "one of longest, shortest"),
        ((TEXT, []), {"misaligned": "keep"}, ValueError, "one of drop, widen"),
        ((TEXT, []), {"kinds": ["names"]}, ValueError, "kind 'names'"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        to_bio(*arguments, **options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("naïve e\u0301te\u0301 x", ["naïve", "e\u0301te\u0301", "x"]),
        ("普京 met 金 in ミンスク", ["普", "京", "met", "金", "in", "ミ", "ン", "ス", "ク"]),
        ("👨\u200d👩 ok\ufe0f!", ["👨\u200d", "👩", "ok\ufe0f", "!"]),
        ("נשיא 2,5 %\u00a0x_y", ["נשיא", "2", ",", "5", "%", "x", "_", "y"]),
        (" \n\t", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in word_offsets(text)] == words


@given(st.text(max_size=40))
def test_words_part_a_text_and_lose_nothing_but_white_space(text: str) -> None:
    words = word_offsets(text)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(words))
    assert "".join(text[start:end] for start, end in words) == "".join(char for char in text if not char.isspace())


def test_an_article_and_its_row_give_the_same_and_every_name_fits(gold: Gold, root: Path) -> None:
    rows = {
        row["doc_id"]: row
        for split in ("validation", "test", "fresh")
        for row in read_rows(root / "dataset", "articles", split)
    }
    assert rows.keys() == {article.document.id for article in gold.articles}
    for article in gold.articles:
        tagged, from_row = to_bio(article), to_bio(rows[article.document.id])
        assert (tagged.tokens, tagged.tags) == (from_row.tokens, from_row.tags)
        assert [each.why for each in tagged.unfit] == [each.why for each in from_row.unfit]
        names = [mention for mention in article.labels.mentions if mention.kind == "name"]
        # a name within a name is the only one that tags have no room for
        unfit = [each.mention for each in tagged.unfit if isinstance(each.mention, Mention)]
        assert len(unfit) == len(tagged.unfit)
        assert all(any(m is not one and m.start <= one.start and one.end <= m.end for m in names) for one in unfit)
        assert sum(str(tag).startswith("B-") for tag in tagged.tags) + len(tagged.unfit) == len(names)
        every = to_bio(article, kinds=("name", "nominal", "pronoun"))
        assert {each.why for each in every.unfit} == {"overlap"}
        assert all(isinstance(each.mention, Mention) for each in every.unfit)
        shown = sum(str(tag).startswith("B-") for tag in every.tags)
        assert shown + len(every.unfit) == len(article.labels.mentions)


@pytest.mark.parametrize(("scheme", "read_as"), [("BIO", "IOB2"), ("BIOES", "IOBES"), ("BILOU", "BILOU")])
def test_the_tags_are_read_back_as_the_same_mentions(gold: Gold, scheme: TagScheme, read_as: Any) -> None:
    """By the reader of CoNLL columns, which shares nothing with what wrote them."""
    for article in gold.articles:
        tagged = to_bio(article, scheme=scheme)
        lines = [f"{word} {tag}\n" for word, tag in zip(tagged.words, tagged.tags, strict=True)]
        (document,) = read_columns("p", "".join(lines).encode(), ColumnFormat(scheme=read_as))
        starts, ends = [start for start, _ in tagged.tokens], [end for _, end in tagged.tokens]
        found = {(starts[each.start], ends[each.end - 1], each.type) for each in document.document.spans}
        left = [each.mention for each in tagged.unfit if isinstance(each.mention, Mention)]
        unfit = {(each.start, each.end, each.type) for each in left}
        names = {(m.start, m.end, m.type) for m in article.labels.mentions if m.kind == "name"}
        assert found == names - unfit


def fences(root: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (root / "docs/dataset.md").read_text(encoding="utf-8"), re.S | re.M)


TOKENIZER = """
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
trainer = trainers.WordLevelTrainer(special_tokens=["[UNK]", "[CLS]", "[SEP]"])
tokenizer.train_from_iterator([row["text"] for row in articles], trainer)
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
)
"""

SPACY = """
said = {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}
"""

FAST = """
assert labels[0] == labels[-1] == -100 and tagged.tags[0] is None
starts = [at for at, tag in enumerate(tagged.tags) if tag and tag[0] == "B"]
ends = [next(at for at in range(one + 1, len(tagged.tags)) if (tagged.tags[at] or "O")[0] != "I") for one in starts]
said = {(tagged.tokens[a][0], tagged.tokens[b - 1][1], tagged.tags[a][2:]) for a, b in zip(starts, ends)}
"""

CHECK = """
row = articles[0]
names = {(m["start"], m["end"], m["type"]) for m in row["mentions"] if m["kind"] == "name"}
assert tagged.unfit == () and said == names and len(names) > 40, (tagged.unfit, said ^ names)
"""

PLAIN = """
words = ["asserts", "denies", "doubts", "favor", "against", "neutral"]
assert numbered.features["label"].names == words
assert numbered["label"][:] == [words.index(label) for label in stances["label"]]
"""


@pytest.mark.long
@pytest.mark.parametrize("needs", ["", "spacy", "tokenizers"])
def test_the_examples_of_the_page_run(root: Path, tmp_path: Path, needs: str) -> None:
    """One after the other, with the network off."""
    if needs:
        pytest.importorskip(needs)
    *plain, spacy, fast = fences(root)
    code = {
        "": [*plain, PLAIN],
        "spacy": [*plain, spacy, SPACY, CHECK],
        "tokenizers": [*plain, TOKENIZER, fast, FAST, CHECK],
    }
    off = "import socket\ndef refuse(*args, **kwargs):\n    raise AssertionError('the network was used')\n"
    off += "socket.socket.connect = socket.getaddrinfo = refuse\n"
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    words = [sys.executable, "-c", off + "\n".join(code[needs])]
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "Vladimir Putin" in done.stdout
