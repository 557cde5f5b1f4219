"""What to do about a fault whose cause is plain: fields and words of other formats, told by their names.

The reading of types says what is wrong with a value, whatever it is of. Here is what only prediction files know: what
other tools call a field or a label, and which option compares a scheme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.faults import Wrong, show
from onrecord.dataset.records import TargetKind
from onrecord.eval.submission.label_maps import BUILT_IN, OURS
from onrecord.eval.submission.salvage import CALLED

_DROPPED: Mapping[str, str] = {
    **dict.fromkeys(("score", "probability", "prob", "confidence", "logit"), "no measure reads it"),
    **dict.fromkeys(("tokens", "sentences", "labels", "tags", "meta"), "no measure reads it"),
}
"""Fields that other tools write and that are of no use here, with the reason."""

_RENAMED: Mapping[str, str] = {
    **dict.fromkeys(("label", "entity_type", "entity_group", "ner", "tag", "category", "ent_type"), "type"),
    **dict.fromkeys(("start_char", "start_offset", "begin", "char_start", "from"), "start"),
    **dict.fromkeys(("end_char", "end_offset", "stop", "char_end", "to"), "end"),
    **dict.fromkeys(("surface", "word", "mention", "span", "value", "string"), "text"),
    **dict.fromkeys(("entity_id", "cluster", "cluster_id", "coref", "chain"), "entity"),
    **dict.fromkeys(("event_id",), "event"),
    **dict.fromkeys(("speakers", "speaker_id", "author"), "speaker"),
    **dict.fromkeys(("segments", "spans", "quote_text"), "content"),
    **dict.fromkeys(("stance", "polarity", "sentiment", "attitude"), "label"),
    **dict.fromkeys(("ents", "entities", "ner_spans", "named_entities", "predictions"), "mentions"),
    **dict.fromkeys(("quotations", "citations"), "quotes"),
    **dict.fromkeys(("sha256", "hash", "text_hash"), "text_sha256"),
    **dict.fromkeys(("wikidata_id", "qid", "kb_id"), "wikidata"),
    **dict.fromkeys(CALLED, "doc_id"),
}
"""What other tools call our fields."""

_MEANT: Mapping[str, str] = {
    "favor": "positive pos pro for support supports supportive supporting agree agrees favour approve yes true",
    "against": "negative neg con anti oppose opposes opposed opposing disagree disagrees disapprove no",
    "neutral": "none neither mixed other comment discuss neu unrelated",
    "asserts": "assert claims affirms confirms states says support supports agree agrees true yes pro",
    "denies": "deny rejects refutes disputes contradicts refute oppose opposes disagree disagrees false no con",
    "doubts": "doubt questions uncertain query",
    "name": "nam named proper",
    "nominal": "nom noun common",
    "pronoun": "pro pron prn",
    "PER": "person people human individual politician",
    "ORG": "organization organisation company corporation institution",
    "GPE": "country city state",
    "LOC": "location place",
    "FAC": "facility building",
    "NORP": "nationality religion",
    "GRP": "group",
    "actual": "real asserted factual",
    "planned": "future scheduled",
    "hypothetical": "possible uncertain conditional",
    "denied": "negated",
    "statement": "speech said",
    "thought": "belief opinion",
}
"""Our words with those of other schemes for the same, in small letters."""

OLDER = "onrecord convert --from onrecord-0.2 converts a file of before"
"""What to do with a file for the labels 0.2 and before."""

_SCHEMES: Mapping[str, str] = {"ontonotes": "OntoNotes, as in spaCy's English models", "conll2003": "CoNLL-2003"}

_TAG = re.compile(r"(?:[BILUEMS]-)(.+)")


def advised(wrong: Wrong, line: Any, foreign: bool = False) -> Wrong:
    """A fault with what to do about it, where that is known; else as it was.

    Args:
        wrong: What is wrong.
        line: The line that it is in, as it was parsed.
        foreign: Whether a label map is in force.
    """
    code, pointer, found, expected, hint = wrong
    better = ""
    if code == "unknown-field":
        better = _field(pointer, str(found), expected, line)
    elif code == "missing-field":
        better = _missing(pointer, line)
    elif code == "label":
        if (target := _target(pointer, line)) is not None:
            expected = f"of {target} one of {', '.join(scheme().labels_of(target))}"
        better = _label(pointer, str(found), expected.removeprefix(f"of {target} "), foreign)
    if code in ("unknown-field", "missing-field", "type"):
        expected = expected.replace("a prediction line", "a line of a prediction file")
    return code, pointer, found, expected, better or hint


def _field(pointer: str, name: str, expected: str, line: Any) -> str:
    if name == "modality" and pointer.startswith("/event_descriptions/"):
        return f"it is each mention's, in events: {OLDER}"
    known = expected.partition(": ")[2].split(", ")
    other = _RENAMED.get(name.casefold(), "")
    if pointer.count("/") == 1 and name.casefold() in ("text", "content", "title", "body"):
        return "the dataset has the text, and a line does not repeat it: leave it out"
    if other in known and not (isinstance(_holder(pointer, line), dict) and other in _holder(pointer, line)):
        return f"call it {other}"
    if other in known:
        return f"{other} is there already: leave it out, or call it x_{name}"
    if why := _DROPPED.get(name.casefold()):
        return f"{why}: leave it out, or call it x_{name}"
    return ""


def _missing(pointer: str, line: Any) -> str:
    """The field of another name that holds the value."""
    name = pointer.rpartition("/")[2]
    holder = _holder(pointer, line)
    if isinstance(holder, dict):
        for key in holder:
            if isinstance(key, str) and _RENAMED.get(key.casefold()) == name:
                return f"{key} stands here: call it {name}"
    if name in ("start", "end") and isinstance(holder, dict) and "text" in holder:
        return "offsets in code points: find the text in the article"
    return ""


def _holder(pointer: str, line: Any) -> Any:
    """The object that a pointer's last part is in."""
    found = line
    for part in pointer.split("/")[1:-1]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _label(pointer: str, found: str, expected: str, foreign: bool) -> str:
    words = expected.removeprefix("one of ").split(", ")
    plain = found.strip()
    if any(word.casefold() == plain.casefold() for word in words):
        return ""  # the nearest word is the one
    if is_type(pointer):
        if foreign:
            hint = "a type of ours: no map for this file (--labels FILE=ours where there are several)"
            return hint if plain in OURS else ""
        if tag := _TAG.fullmatch(plain):
            return f"a tag, not a type: write {show(tag[1])} without what stands before it"
        for name, said in _SCHEMES.items():
            if plain in BUILT_IN[name].predicted:
                return f"a type of {said}: --labels {name} compares a file of these"
    plain = plain.casefold()
    word = next((each for each in words if plain in _MEANT.get(each, "").split()), "")
    return f"{show(found)!r} is called {word!r} here" if word else ""


def _target(pointer: str, line: Any) -> str | None:
    """The kind of target of the stance whose label a pointer is of; None where it is of none, or it is not said."""
    parts = pointer.split("/")
    holder = _holder(pointer, line) if len(parts) == 4 and (parts[1], parts[3]) == ("stances", "label") else None
    target = holder.get("target") if isinstance(holder, dict) else None
    kind = target.get("kind") if isinstance(target, dict) else None
    return kind if kind in get_args(TargetKind) else None


def is_type(pointer: str) -> bool:
    """Whether a pointer is that of the type of a mention."""
    parts = pointer.split("/")
    return len(parts) == 4 and parts[1] in LAYERS and parts[3] == "type"
