"""Names of rounds and annotators: checked before anything is made of them.

An annotator's name becomes an account's address, a project's title and a file; Label Studio keeps addresses in small
letters, and titles of at most fifty characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from onrecord.dataset.reading.faults import OnrecordError, show

DOMAIN = "onrecord.example"
"""Of the accounts made here; a reserved name, so that no mail can ever go out."""

RESERVED = {
    "admin": "is the administrator's own name",
    "merged": "is what an adjudicator is shown the merged version as",
}

LONGEST_TITLE = 50
"""Characters of a project's title."""

_NAME = re.compile(r"(?!.*\.\.)[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_ROUND = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*")


class BadName(OnrecordError):  # noqa: N818
    """A name cannot be used; the message says which one would do."""


def title_of(round: str, annotator: str) -> str:
    """The title of an annotator's project in a round of annotation."""
    return f"onrecord / {round} / {annotator}"


def email_of(annotator: str) -> str:
    """The address of the account that is made for an annotator."""
    return f"{annotator}@{DOMAIN}"


def annotator_of(email: str) -> str:
    """Who an account is: its name if it was made here, else its whole address, since another server may have it too."""
    name, _, domain = email.casefold().partition("@")
    return name if domain == DOMAIN else email.casefold()


def check_names(round: str, annotator: str) -> None:
    """Refuse names that the server, a title or a file cannot have.

    Raises:
        BadName: With a sentence for each thing that is wrong.
    """
    wrong = [*_wrong_round(round), *_wrong_annotator(annotator)]
    title = title_of(round, annotator)
    if not wrong and len(title) > LONGEST_TITLE:
        least = len(title) - LONGEST_TITLE
        wrong.append(f"the project's title {title!r} is too long: take {least} characters from the round or the name")
    if wrong:
        raise BadName("\n".join(wrong))


def check_round(round: str) -> None:
    """Refuse the name of a round that no folder can have.

    Raises:
        BadName: It is such a name.
    """
    if wrong := [*_wrong_round(round)]:
        raise BadName("\n".join(wrong))


def is_name(annotator: str) -> bool:
    """Whether an annotator, a title and a file can be called so."""
    return not any(_wrong_annotator(annotator))


def _wrong_round(round: str) -> Iterator[str]:
    if not _ROUND.fullmatch(round):
        hint = _nearest(round, lower=False)
        yield f"the round {_quoted(round)} needs another name: letters a to z, digits, and . _ - between them{hint}"


def _wrong_annotator(name: str) -> Iterator[str]:
    rest = "a name is small letters a to z, digits, and . _ - between them"
    if name in RESERVED:
        yield f"the annotator {name!r} needs another name: that {RESERVED[name]}"
    elif _NAME.fullmatch(name):
        return
    elif "@" in name:
        yield f"the annotator {_quoted(name)} is an address: give a name{_nearest(name.partition('@')[0])}; {rest}"
    elif _NAME.fullmatch(name.lower()):
        yield f"the annotator {name!r} has capital letters, which Label Studio does not keep: write {name.lower()!r}"
    elif any(letter.isspace() for letter in name.strip()):
        yield f"the annotator {_quoted(name)} has a blank in the name{_nearest(name)}; {rest}"
    else:
        yield f"the annotator {_quoted(name)} needs another name{_nearest(name)}; {rest}"


def _quoted(name: str) -> str:
    return repr(show(name)) if name else "without letters"


def _nearest(name: str, lower: bool = True) -> str:
    """A name like this one that will do, as the end of a sentence; empty where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name.lower() if lower else name).encode("ascii", "ignore").decode()
    near = re.sub(r"[^A-Za-z0-9]*([._-])[^A-Za-z0-9]*|[^A-Za-z0-9]+", lambda m: m[1] or "-", plain).strip("._-")
    return f", such as {near!r}" if near and near not in RESERVED else ""
