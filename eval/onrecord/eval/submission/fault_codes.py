"""The faults of prediction files by their codes: what each means, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class FaultKind(NamedTuple):
    """A kind of fault."""

    meaning: str
    remedy: str
    warning: bool = False
    """Whether the file can be scored all the same."""


FAULT_KINDS: dict[str, FaultKind] = {
    "file": FaultKind("not a regular file", "give a file, or `-` and standard input"),
    "file-too-long": FaultKind(
        "more bytes than allowed, packed or unpacked", "split by dataset, or raise `--max-bytes`"
    ),
    "archive": FaultKind("packed in a way that is not read, or broken", "plain, gzip, or a zip or tar of one file"),
    "archive-members": FaultKind("a zip or tar with more or less than one .jsonl", "pack the prediction file alone"),
    "archive-path": FaultKind("a member with a path that leads out, or a link", "pack the prediction file alone"),
    "archive-ratio": FaultKind("unpacks to far more than text does", "send it plain, or raise `--max-ratio`"),
    "passed-over": FaultKind(
        "files that a system adds to archives: `__MACOSX`, `._*`, `.DS_Store`", "nothing: they are passed over", True
    ),
    "empty": FaultKind("no line at all", "a line for every article, with `[]` where there is nothing"),
    "format": FaultKind(
        "one JSON value over the whole file, a Markdown fence, or a record", "one object a line; the hint says how"
    ),
    "too-many-lines": FaultKind("more lines than allowed", "one line an article, or raise `--max-lines`"),
    "too-many-faults": FaultKind("more faults than are looked for", "mend these first, or raise `--max-faults`"),
    "line-too-long": FaultKind("a line of more bytes than allowed", "one article a line, or raise `--max-line-bytes`"),
    "encoding": FaultKind("bytes that are no UTF-8", "save as UTF-8; `byte` says where the first one is"),
    "byte-order-mark": FaultKind("a byte order mark at the start", "nothing: it is passed over", warning=True),
    "json": FaultKind("a line that is no JSON", "write lines with a JSON library"),
    "depth": FaultKind("nested more than 16 deep", "follow the schema"),
    "number": FaultKind("NaN, infinity, or a number of more than 20 digits", "leave the field out"),
    "repeated-key": FaultKind("a key twice in one object", "keep one: readers disagree on which counts"),
    "unicode": FaultKind("half a surrogate pair, or control characters in a name", "write plain text"),
    "type": FaultKind("a value of another type", "numbers are not quoted, and offsets have no decimal point"),
    "missing-field": FaultKind("a field that must be there", "add it; the hint says what it means"),
    "unknown-field": FaultKind("a field that is not known", "mend its name; call your own fields `x_...`"),
    "label": FaultKind(
        "a word outside the vocabulary, or a stance's label for another kind of target",
        "use one of those named; `--labels` maps whole schemes",
    ),
    "id": FaultKind("an id that is not 1 to 128 letters, digits and `. _ : -`", "put readable names into `name`"),
    "too-many": FaultKind(
        "more items than any reading of the text can hold", "mend the system, or raise `--max-items`"
    ),
    "document": FaultKind("a `doc_id` that the dataset does not have", "take it from the dataset"),
    "repeated-document": FaultKind("a second line for an article", "put all layers of an article on one line"),
    "missing-document": FaultKind(
        "no line for an article of the split", "add it, or name the `--split`, or `--allow-missing`"
    ),
    "hash": FaultKind("made on another version of the text", "load the dataset again and predict again"),
    "unchecked": FaultKind(
        "neither `text_sha256` nor any item: nothing says which text was read", "add `text_sha256`", warning=True
    ),
    "missing-layer": FaultKind("a layer on some lines and not on others", "write `[]` where there is nothing"),
    "offset": FaultKind("a span that is empty, backwards or outside the text", "code points from 0, end exclusive"),
    "surface": FaultKind("a `text` that is not the slice", "the hint says in which unit the offsets seem to be"),
    "white-space": FaultKind(
        "spans that begin or end in white space", "move `start` and `end`: these are never exactly right", warning=True
    ),
    "segments": FaultKind("segments of a quote that overlap or are out of order", "put them in the order of the text"),
    "speaker": FaultKind("`unknown` beside a known speaker", "either `unknown` alone, or the ones known"),
    "circle": FaultKind("a quote inside itself", "mend `parent`"),
    "nesting": FaultKind("a quote outside the one it is said to be in", "mend `parent` or the offsets"),
    "reference": FaultKind("an id that nothing declares", "declare it, or use one of a registry"),
    "cluster": FaultKind("one place in two clusters", "one id for each place"),
    "contradiction": FaultKind("two descriptions of one id that differ", "keep one"),
    "repeated-id": FaultKind("an item's `id` twice in a layer of an article", "number them, or leave `id` out"),
    "repeated-item": FaultKind("an item twice", "drop one: both count, and only one can be right", warning=True),
    "degenerate": FaultKind("all mentions of an article in one cluster", "nothing, if it is meant", warning=True),
}
