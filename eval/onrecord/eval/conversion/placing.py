"""Which text of a dataset a document of a file is of, and where.

A document is found by its name, and else by its content: its text or its tokens are those of a text of the dataset, or
a part of one (a sentence); white space and the shape of quotation marks and dashes are of no account. A part that
stands in several places is the one right after the part before it, or the next one of that document if it stands in no
other. Of a document with neither text nor tokens the
surfaces of its spans tell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from onrecord.dataset.reading.faults import Wrong, show
from onrecord.eval.conversion.characters import Characters, Counted
from onrecord.eval.readers import LabelledDocument

MOST = 2**31

MOST_PLACES = 100
"""Places that are looked for before they are too many."""

SHORTEST = 8
"""Characters that a part has at least to be looked for by itself."""


@dataclasses.dataclass(frozen=True)
class Placed:
    """A document of a file in a text of the dataset."""

    doc_id: str
    counted: Counted | None = None
    characters: Characters | None = None
    begin: int = 0
    """Where its characters begin among those of the text."""

    @property
    def end(self) -> int:
        """Where they end; past all where the file does not have them."""
        return MOST if self.counted is None else self.begin + len(self.counted.folded)

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """A span of the file as offsets of the text; None where it is nothing but white space."""
        if self.counted is None or self.characters is None:
            return start, end
        first, last = self.counted.stretch(start, end)
        if first == last:
            return None
        places = self.characters.places
        return places[self.begin + first], places[self.begin + last - 1] + 1


class Placer:
    """Finds the texts of documents one after the other, in the order of the file."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._characters: dict[str, Characters] = {}
        self._whole: dict[str, list[str]] = {}
        self._last: tuple[str, int] | None = None
        """The text that the document before was of, and where its characters ended."""

    def placed(self, document: LabelledDocument) -> Placed | Wrong:
        """Where a document is, or what is wrong."""
        counted = Counted.of(document)
        if counted is None:
            return self._by_surfaces(document)
        name = _known_name(document.doc_id, self._texts)
        found = self._find(counted, name)
        if not found and document.tokens is not None and (escaped := Counted.of(document, escapes=True)):
            counted, found = escaped, self._find(escaped, name)
        if not found:
            return self._not_found(document, counted, name)
        if len(found) > 1:
            ids = ", ".join(dict.fromkeys(doc_id for doc_id, _ in found[:5]))
            hint = "give it a doc_id, or longer parts, in the order of the text"
            return "document", "", f"{_shown(document)}, in {len(found)} places ({ids})", "one place", hint
        doc_id, begin = found[0]
        self._last = doc_id, begin + len(counted.folded)
        return Placed(doc_id, counted, self._of(doc_id), begin)

    def _of(self, doc_id: str) -> Characters:
        if doc_id not in self._characters:
            self._characters[doc_id] = Characters.of(self._texts[doc_id])
        return self._characters[doc_id]

    def _find(self, counted: Counted, name: str | None) -> list[tuple[str, int]]:
        """Where the characters of a document may be."""
        if not self._whole:
            for doc_id in self._texts:
                self._whole.setdefault(self._of(doc_id).folded, []).append(doc_id)
        folded = counted.folded
        if whole := [doc_id for doc_id in self._whole.get(folded, ()) if name in (None, doc_id)]:
            return [(doc_id, 0) for doc_id in whole]
        if not folded:
            return [(name, 0)] if name is not None else []
        last, end = self._last or ("", 0)
        if last and name in (None, last) and self._of(last).folded.startswith(folded, end):
            return [(last, end)]  # most often the part after the last one
        if name is None and len(folded) < SHORTEST:
            return []
        found: list[tuple[str, int]] = []
        for doc_id in self._texts if name is None else (name,):
            text = self._of(doc_id).folded
            at = text.find(folded)
            while at >= 0 and len(found) < MOST_PLACES:
                found.append((doc_id, at))
                at = text.find(folded, at + 1)
        after = [(doc_id, at) for doc_id, at in found if doc_id == last and at >= end]
        return after[:1] if after and all(doc_id == last for doc_id, _ in found) else found

    def _not_found(self, document: LabelledDocument, counted: Counted, name: str | None) -> Wrong:
        if name is None:
            hint = "is it of this dataset, and the text unchanged? Give it the doc_id to be told what differs"
            return (
                "document",
                "",
                _shown(document),
                "a document of the dataset: by its id, its text or its tokens",
                hint,
            )
        text = self._of(name)
        same = next(
            (at for at, (a, b) in enumerate(zip(counted.folded, text.folded, strict=False)) if a != b),
            min(len(counted.folded), len(text.folded)),
        )
        what = "text"
        if document.tokens is not None:
            token = next((n for n, before in enumerate(counted.before[1:]) if before > same), len(document.tokens) - 1)
            what = f"token {token}"
            found = show(document.tokens[token]) if document.tokens else "nothing"
        else:
            found = show(counted.folded[same : same + 30])
        at = text.places[same] if same < len(text.places) else len(self._texts[name])
        expected = f"{show(self._texts[name][at : at + 30])}, which document {name} has from character {at} on"
        return "align", "", f"{what}: {found}", expected, "everything before it is the same but for white space"

    def _by_surfaces(self, document: LabelledDocument) -> Placed | Wrong:
        name = _known_name(document.doc_id, self._texts)
        if document.spans and not document.surfaces:
            return self._by_name(document, name)
        pairs = list(zip(document.spans, document.surfaces, strict=True))
        if not pairs and name is None:
            return "document", "", "no name, no text and no span", "one of them, to know the document by", ""
        fits = [
            doc_id
            for doc_id in (self._texts if name is None else (name,))
            if all(_folded(self._texts[doc_id][span.start : span.end]) == _folded(surface) for span, surface in pairs)
        ]
        if len(fits) == 1:
            return Placed(fits[0])
        if name is not None:
            span, surface = next(
                (span, surface)
                for span, surface in pairs
                if _folded(self._texts[name][span.start : span.end]) != _folded(surface)
            )
            expected = f"{show(self._texts[name][span.start : span.end])}, which document {name} has there"
            hint = "offsets count code points of the whole text"
            return "surface", "", f"{show(surface)} at {span.start} to {span.end}", expected, hint
        found = f"{show(pairs[0][1])} at {pairs[0][0].start} and {len(pairs) - 1} more"
        hint = 'write {"doc_id": "...", "entities": [...]} around each list'
        return "document", "", f"{found}: they fit {len(fits) or 'no'} documents", "spans of one document", hint

    def _by_name(self, document: LabelledDocument, name: str | None) -> Placed | Wrong:
        """Where a document is of which the file has offsets alone: they are those of the whole text."""
        if name is None:
            hint = "a file of offsets alone calls documents by their ids; to brat files, put the texts beside"
            return "document", "", _shown(document), "the id of a document of the dataset", hint
        end, length = max(span.end for span in document.spans), len(self._texts[name])
        if end > length:
            hint = "offsets count code points of the text as the dataset has it"
            return "offset", "", f"end {end}", f"at most {length}, the length of document {name}", hint
        return Placed(name)


def _known_name(name: str, texts: Mapping[str, str]) -> str | None:
    """The document that a name is of: itself, or the file that it is called by."""
    if name in texts:
        return name
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    for each in (plain, plain.removesuffix(".txt"), plain.removesuffix(".ann")):
        if each in texts:
            return each
    return None


def _folded(surface: str) -> str:
    """A surface as models give it back: lower case, pieces of words with their marks, or in bytes."""
    plain = surface.replace("##", "").replace("Ġ", "").replace("▁", "").replace("</w>", "")
    return Characters.of(plain).folded.casefold()


def _shown(document: LabelledDocument) -> str:
    if document.doc_id:
        return f"document {show(document.doc_id)}"
    words = document.text if document.text is not None else " ".join((document.tokens or ())[:10])
    if not words:
        return "a document without a name"
    return f"the document {show(words[:40])}"
