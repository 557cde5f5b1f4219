"""Offers: labels that a machine proposes while a person annotates, and that are none until the person says so.

Label Studio knows suggestions that are accepted or rejected for images alone: what it is sent for a text becomes a
region at once. So an offered region bears a second label, of a control of its own, that stands before the first: it is
grey, says which layer it is of, and is serialised with its fields. Its key takes the grey label away, which accepts
the region; deleting the region rejects it. A region that still has it is undecided: a fault, and no label.

Of a quote's speaker, which is a field and no region, the offer is a field beside it, with a tick that accepts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.keys import RESERVED
from onrecord.annotation.label_studio.panel import Form
from onrecord.annotation.label_studio.regions import ResultItem
from onrecord.dataset.reading.faults import Wrong, show

CONTROL = "offer"
"""The control of the grey labels."""

FIELD = "speaker"
"""The field that an offer may stand beside."""
OFFERED, TAKEN = f"{FIELD}_offered", f"{FIELD}_taken"
"""The field of what is offered, and the tick that accepts it."""
TAKE = "take the offered speaker"
FIELDS = (CONTROL, OFFERED, TAKEN)
"""The controls that only offers need."""

GREY = "#000000"
"""The colour of offers; shown pale it is a grey, darker than that of any label."""

_KEYS = "ykjhbxzvwmidatclfnrspoegq"
"""The keys that accept, the first for the first form, those left out that a label has; then the key of the tick."""
_HOW = "Offered, and no label yet: {key} accepts it, Backspace rejects it"


def mark_of(form: Form) -> str:
    """The grey label of a layer's offers."""
    return f"{form.layer.removesuffix('s')}?"


def offered(result: Iterable[ResultItem]) -> list[ResultItem]:
    """A result in which every region is an offer."""
    marks = {mark.value: mark_of(form) for form in page().forms for mark in (*form.marks, *form.parts.values())}
    made: list[ResultItem] = []
    for item in result:
        if item["type"] == "labels":
            value = {**item["value"], "labels": [marks[item["value"]["labels"][0]]]}
            made.append({**item, "from_name": CONTROL, "value": value, "origin": "prediction"})
        made.append(item if item["type"] == "relation" else {**item, "origin": "prediction"})
    return made


def in_editor(result: Iterable[ResultItem]) -> list[ResultItem]:
    """A result for an editor that is open.

    It puts a region in the place of one of the same id, and then looks for its global offsets, which it does not work
    out anew: without them it stops halfway, and measures what is drawn next wrongly.
    """
    return [
        {**item, "value": {**item["value"], "globalOffsets": {**_ends(item), "calculated": True}}}
        if item["type"] == "labels"
        else item
        for item in result
    ]


def _ends(item: ResultItem) -> dict[str, Any]:
    return {name: item["value"][name] for name in ("start", "end")}


def with_speaker(region: Sequence[ResultItem], speaker: str) -> list[ResultItem]:
    """The items of a quote's first region with an offer of its speaker."""
    value = {**_ends(region[0]), "text": [speaker]}
    item = {"id": region[0]["id"], "from_name": OFFERED, "to_name": "text", "type": "textarea", "value": value}
    return [*region, item]


def undecided(result: Sequence[Any]) -> dict[str, int]:
    """The ids of the regions that are offers still, with the place in the result that says so."""
    return {str(item.get("id")): at for at, item in enumerate(result) if _is_of(item, CONTROL)}


def decided(result: Sequence[Any]) -> list[Any]:
    """The result, item by item, in which an accepted speaker is the speaker, unless the annotator gave another one."""
    accepted = _ids(result, TAKEN) - _ids(result, *_own())
    ask = page().asks.get(FIELD)
    control = FIELD if ask is None else ask.beside
    return [
        {**item, "from_name": control} if _is_of(item, OFFERED) and str(item.get("id")) in accepted else item
        for item in result
    ]


def faults(result: Sequence[Any]) -> Iterator[Wrong]:
    """What was offered and neither accepted nor rejected."""
    for place in undecided(result).values():
        value = result[place].get("value")
        found = f"an offer of {show(value.get('text') if isinstance(value, dict) else value)}"
        yield "offer", f"/{place}", found, "accepted with its key, or deleted", ""
    settled = _ids(result, TAKEN, *_own())
    for place, item in enumerate(result):
        if _is_of(item, OFFERED) and str(item.get("id")) not in settled:
            value = item.get("value")
            found = f"the offered speaker {show(value.get('text') if isinstance(value, dict) else value)}"
            yield "offer", f"/{place}", found, f"{TAKE!r} ticked, another speaker, or the offer removed", ""


def _is_of(item: Any, *names: str) -> bool:
    return isinstance(item, dict) and item.get("from_name") in names


def _ids(result: Sequence[Any], *names: str) -> set[str]:
    """The regions with something in one of some controls."""
    return {str(item.get("id")) for item in result if _is_of(item, *names)}


def _own() -> tuple[str, ...]:
    """The controls in which the annotator gives the field."""
    ask = page().asks.get(FIELD)
    return () if ask is None else tuple(ask.controls)


def with_offers(config: str) -> str:
    """The labelling config of a project that offers are made in; one that has what they need comes back as it is.

    It asks nothing else of the annotator than the given one does, and tasks go on carrying the hash of that one.
    """
    root = ET.fromstring(config)
    if any(each.get("name") == CONTROL for each in root.iter()):
        return config
    parents = {child: parent for parent in root.iter() for child in parent}
    conditional = [each for each in root.iter() if each.get("whenLabelValue")]
    labels = next(root.iter("Labels"))
    text = labels.get("toName", "text")
    for form in page().forms:
        for each in conditional:
            shown = each.get("whenLabelValue", "").split(",")
            if form.mark in shown:
                each.set("whenLabelValue", ",".join([*shown, mark_of(form)]))
    speaker = next((each for each in conditional if each.get("name") in _own()), None)
    if speaker is not None:
        row = parents[speaker]
        _insert(parents[row], list(parents[row]).index(row) + 1, [_speaker_offer(text, row.get("whenLabelValue", ""))])
    if conditional:
        panel = parents[conditional[0]]
        _insert(panel, list(panel).index(conditional[0]), _hints())
    _insert(parents[labels], list(parents[labels]).index(labels) + 1, [_grey_labels(text)])
    return ET.tostring(root, encoding="unicode")


def _insert(parent: ET.Element, at: int, elements: Iterable[ET.Element]) -> None:
    for number, element in enumerate(elements):
        parent.insert(at + number, element)


def _grey_labels(text: str) -> ET.Element:
    labels = ET.Element("Labels", name=CONTROL, toName=text, choice="single", visible="false")
    for form, key in zip(page().forms, _keys(), strict=False):
        label = {"value": mark_of(form), "background": GREY}
        ET.SubElement(labels, "Label", {**label, "hotkey": key} if key else label)
    return labels


def _hints() -> Iterator[ET.Element]:
    for form, key in zip(page().forms, _keys(), strict=False):
        shown = ET.Element("View", visibleWhen="region-selected", whenLabelValue=mark_of(form))
        ET.SubElement(shown, "Header", value=_HOW.format(key=key.upper() or "taking its grey label away"), size="5")
        yield shown


def _keys() -> list[str]:
    """A key for each form and one for the tick; empty where no letter is left."""
    free = [key for key in _KEYS if key not in RESERVED.union(mark.hotkey for mark in page().marks)]
    return [*free, *[""] * (len(page().forms) + 1)][: len(page().forms) + 1]


def _speaker_offer(text: str, labels: str) -> ET.Element:
    """What stands below the field, shown where it is."""
    shown = {"visibleWhen": "region-selected", "whenLabelValue": labels}
    control = {"toName": text, "perRegion": "true", **shown}
    row = ET.Element("View", shown)
    ET.SubElement(row, "TextArea", {**control, "name": OFFERED, "maxSubmissions": "1", "placeholder": "none offered"})
    taken = ET.SubElement(row, "Choices", {**control, "name": TAKEN, "choice": "multiple", "showInline": "true"})
    key = _keys()[-1]
    ET.SubElement(taken, "Choice", {"value": TAKE, **({"hotkey": key} if key else {})})
    return row
