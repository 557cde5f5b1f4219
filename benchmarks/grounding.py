"""How long it takes to find quoted words in an article, and how many of gold's words get their place back.

``python -m benchmarks.grounding`` prints two tables. The first has CPU time by the length of the text and the number of
items. The text is the words of the dataset's articles again and again, every third of them another one; items are
stretches of one to twelve words, in no order, with ten characters around them: as they are, without what is around
them, with other quotation marks and capitals, with a letter lost, and invented. The second has the words of the gold
labels as several kinds of replies would give them: how many get their very place, and in brackets, how many are said
to be ambiguous and how many are not found. Below it are the ambiguous ones by name, of a reply in no order with ten
characters around, and how many of all others are not at their very place.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from benchmarks.base import base

from onrecord.dataset import Span
from onrecord.eval.grounding.placing import place
from onrecord.eval.grounding.quoted import Quoted
from onrecord.eval.grounding.searching import SearchedText

CONTEXT = 10
SIZES = ((100_000, 1_000), (1_000_000, 10_000), (2_000_000, 20_000))
"""Code points of the text, items."""


def long_text(length: int, seed: int = 0) -> str:
    """A text of so many code points, made of the dataset's articles."""
    chance = random.Random(seed)
    words = " ".join(article.document.text for article in base().articles).split(" ")
    made: list[str] = []
    many = 0
    while many < length:
        word = chance.choice(words) if chance.random() < 0.3 else words[len(made) % len(words)]
        made.append(word)
        many += len(word) + 1
    return " ".join(made)[:length]


def items(text: str, many: int, seed: int = 0) -> list[Quoted]:
    """So many stretches of a text with what is around them, in no order."""
    chance = random.Random(seed)
    made = []
    for _ in range(many):
        start = text.rfind(" ", 0, chance.randrange(len(text))) + 1
        end = start
        for _ in range(chance.randint(1, 12)):
            end = text.find(" ", end + 1) if text.find(" ", end + 1) > 0 else len(text)
        made.append(Quoted(text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]))
    return made


def _otherwise(item: Quoted) -> Quoted:
    return Quoted(f"“{item.text.upper()}”", item.before, item.after)


def _lost(item: Quoted) -> Quoted:
    middle = len(item.text) // 2
    return Quoted(item.text[:middle] + item.text[middle + 1 :], item.before, item.after)


def _alone(item: Quoted) -> Quoted:
    return Quoted(item.text)


def _invented(item: Quoted) -> Quoted:
    return Quoted(" ".join(reversed(item.text[::-1].split())), item.before, item.after)


KINDS: dict[str, Callable[[Quoted], Quoted]] = {
    "as they are": lambda item: item,
    "without surroundings": _alone,
    "other marks and capitals": _otherwise,
    "a letter lost": _lost,
    "invented": _invented,
}


def seconds(text: str, row: Sequence[Quoted]) -> tuple[float, int]:
    """The CPU time of placing a row of words, the text's own preparation with it; and how many are placed."""
    begun = time.process_time()
    placed = place(SearchedText(text), row)
    return time.process_time() - begun, sum(each is not None for each in placed)


Marked = tuple[str, list[tuple[Span, object]]]
"""A text with its spans, each with what it is of."""


def gold_spans() -> dict[str, list[Marked]]:
    """By kind, every span of gold, in the order of its article."""
    found: dict[str, list[Marked]] = {"names": [], "mentions": [], "quotes": [], "events": []}
    for article in base().articles:
        text, labels = article.document.text, article.labels
        found["names"].append((text, [(each.span, each.entity) for each in labels.mentions if each.kind == "name"]))
        found["mentions"].append((text, [(each.span, each.entity) for each in labels.mentions]))
        found["quotes"].append((text, [(span, each.speaker) for each in labels.quotes for span in each.content]))
        found["events"].append((text, [(each.span, each.event) for each in labels.events]))
    return found


def _straight(item: Quoted) -> Quoted:
    return Quoted(item.text.translate(str.maketrans("“”‘’–—", "\"\"''--")), item.before, item.after)


def _lost_in_long(item: Quoted) -> Quoted:
    return _lost(item) if len(item.text) >= 12 else item


REPLIES: dict[str, tuple[str, Callable[[Quoted], Quoted]]] = {
    "in the order of the text, words alone": ("text", _alone),
    "by what they are of, words alone": ("of", _alone),
    "by what they are of, with ten characters around": ("of", lambda item: item),
    "in no order, with ten characters around": ("none", lambda item: item),
    "the same, straight quotation marks": ("none", _straight),
    "the same, a letter lost in those of twelve or more": ("none", _lost_in_long),
}
"""How a reply is ordered, and what it does to the words."""


def recovered(marked: Sequence[Marked], order: str, change: Callable[[Quoted], Quoted]) -> tuple[float, float, float]:
    """Which shares of the spans are placed right, are ambiguous, are not found, in per cent."""
    right = ambiguous = lost = many = 0
    for text, spans in marked:
        row = list(spans)
        if order == "of":
            row.sort(key=lambda each: str(each[1]))
        elif order == "none":
            random.Random(0).shuffle(row)
        around = [_around(text, span) for span, _ in row]
        for (span, _), found in zip(row, place(SearchedText(text), [change(each) for each in around]), strict=True):
            many += 1
            lost += found is None
            right += found is not None and (found.start, found.end) == (span.start, span.end)
            ambiguous += found is not None and found.ambiguous
    return 100 * right / many, 100 * ambiguous / many, 100 * lost / many


def _around(text: str, span: Span) -> Quoted:
    return Quoted(span.text, text[max(0, span.start - CONTEXT) : span.start], text[span.end : span.end + CONTEXT])


def told(marked: dict[str, list[Marked]]) -> Iterator[str]:
    """By kind, the words that are ambiguous, with what stands around them, and how many others are misplaced."""
    for kind, texts in marked.items():
        ambiguous: Counter[str] = Counter()
        wrong = many = 0
        for text, spans in texts:
            row = [span for span, _ in spans]
            random.Random(0).shuffle(row)
            for span, found in zip(row, place(SearchedText(text), [_around(text, each) for each in row]), strict=True):
                each = _around(text, span)
                many += 1
                if found is not None and found.ambiguous:
                    ambiguous[f"{each.before}[{each.text}]{each.after}"] += 1
                elif found is None or (found.start, found.end) != (span.start, span.end):
                    wrong += 1
        yield f"{kind}: {many} words, {ambiguous.total()} ambiguous; of the others {wrong} not at their place"
        yield from (f"    {words!r}, {times} times" for words, times in ambiguous.items())


def main() -> None:
    """Print the tables."""
    print("| text | items | " + " | ".join(KINDS) + " |\n|---:|---:|" + "---:|" * len(KINDS))
    for length, many in SIZES:
        text = long_text(length)
        row = items(text, many)
        cells = []
        for change in KINDS.values():
            took, placed = min(seconds(text, [change(each) for each in row]) for _ in range(2))
            cells.append(f"{took:.2f} s ({100 * placed / many:.1f} %)")
        print(f"| {length:,} | {many:,} | " + " | ".join(cells) + " |")
    marked = gold_spans()
    print("\n| reply | " + " | ".join(marked) + " |\n|---|" + "---:|" * len(marked))
    for name, (order, change) in REPLIES.items():
        shares = [recovered(each, order, change) for each in marked.values()]
        print(f"| {name} | " + " | ".join(f"{a:.1f} ({b:.1f}, {c:.1f})" for a, b, c in shares) + " |")
    print("\n" + "\n".join(told(marked)))


if __name__ == "__main__":
    main()
