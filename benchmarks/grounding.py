"""How long it takes to find quoted words in an article: CPU time by the length of the text and the number of items.

``python -m benchmarks.grounding`` prints a table. The words of the dataset's articles are repeated, every third of them
another one, up to the length; items are stretches of one to twelve words, in no order, with ten characters around them:
as they are, without what is around them, with other quotation marks and capitals, with a letter lost, and invented.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from onrecord.dataset import read_folder
from onrecord.eval.grounding.placing import place
from onrecord.eval.grounding.quoted import Quoted
from onrecord.eval.grounding.searching import SearchedText

CONTEXT = 10
SIZES = ((100_000, 1_000), (1_000_000, 10_000), (4_000_000, 40_000))
"""Code points of the text, items."""


def long_text(length: int, seed: int = 0) -> str:
    """A text of so many code points, made of the dataset's articles."""
    chance = random.Random(seed)
    words = " ".join(article.document.text for article in read_folder(Path("dataset")).articles).split(" ")
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


def main() -> None:
    """Print the table."""
    print("| text | items | " + " | ".join(KINDS) + " |\n|---:|---:|" + "---:|" * len(KINDS))
    for length, many in SIZES:
        text = long_text(length)
        row = items(text, many)
        cells = []
        for change in KINDS.values():
            took, placed = min(seconds(text, [change(each) for each in row]) for _ in range(2))
            cells.append(f"{took:.2f} s ({100 * placed / many:.1f} %)")
        print(f"| {length:,} | {many:,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
