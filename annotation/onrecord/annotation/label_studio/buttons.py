"""What Label Studio's own Export button gives: why it cannot be used, and what can."""

from __future__ import annotations

from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import Fault

HINT = "onrecord annotation pull writes exports that can be used"

SUFFIXES = (".csv", ".tsv", ".zip", ".conll")
"""Of files that the button gives, beside ``.json``."""


def button_fault(path: Path, raw: bytes) -> Fault | None:
    """The one reason for which an export of the button is refused; None for anything else.

    The button's JSON names an annotator by a number that only its server can tell; its other formats have lost the
    relations, and which fields belong to which region.
    """
    head = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if path.suffix in SUFFIXES or b"annotation_id" in head.split(b"\n")[0].replace(b"\t", b",").split(b",", 1)[0]:
        kind = path.suffix.removeprefix(".").upper() if path.suffix in SUFFIXES else "CSV or TSV"
        return _fault(path, "", f"a {kind} export", "which has no relations and no regions")
    try:
        tasks = msgspec.json.decode(raw, type=list[dict[str, msgspec.Raw]])
    except (msgspec.DecodeError, RecursionError):
        return None
    if tasks and "annotation_id" in tasks[0] and "data" not in tasks[0]:
        return _fault(path, "", "a JSON-MIN export", "which has no relations and no regions")
    for index, task in enumerate(tasks):
        for place, annotation in enumerate(_objects(task.get("annotations"))):
            number = bytes(annotation.get("completed_by", msgspec.Raw(b"")))
            if number.isdigit():
                pointer = f"/{index}/annotations/{place}/completed_by"
                return _fault(path, pointer, f"the account number {number.decode()}", "which only its server can name")
    return None


def _objects(raw: msgspec.Raw | None) -> list[dict[str, msgspec.Raw]]:
    try:
        return msgspec.json.decode(raw or b"[]", type=list[dict[str, msgspec.Raw]])
    except (msgspec.DecodeError, RecursionError):
        return []


def _fault(path: Path, pointer: str, found: str, why: str) -> Fault:
    found = f"{found} of Label Studio's Export button, {why}"
    return Fault("button", str(path), None, pointer, found, "a JSON export with the accounts' addresses", HINT)
