"""What whoever uploads a dataset to the Hugging Face Hub must do, step by step, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.dataset.publishing.edition import Edition
from onrecord.eval.platforms.hub_rules import hub_rules


def uploading(
    edition: Edition, closed: Sequence[str], dataset: str | None, registered: bool, notes: Sequence[str]
) -> str:
    """The steps for one folder.

    Args:
        edition: The form in which the dataset goes.
        closed: The splits whose texts not anyone may have.
        dataset: What it is called on the Hub, if that is known.
        registered: Whether ``eval.yaml`` bears its name.
        notes: What is to be known of it.
    """
    gated = bool(closed) and not edition.withheld
    name = dataset or "ORG/NAME"
    first = _GATE.format(name=name, splits=", ".join(closed)) if gated else ""
    number = 3 if gated else 1
    steps = [
        f"{number}. In this folder: `hf upload {name} . . {_OPTIONS}`. What is deleted is what an\n"
        "   earlier upload had and this folder has not; the repository's history keeps it.",
        f"{number + 1}. Open the dataset's page: the viewer shows every config that the card lists.",
    ]
    if gated:
        steps.append(f"{number + 2}. Make the repository public: from now on whoever agrees gets the texts.")
    texts = _texts(edition, closed)
    rules = "\n".join(f"- {each.about}: {each.repository}, `{each.path}`, {each.date}" for each in hub_rules().sources)
    benchmark = _LISTED if registered else _PENDING
    told = "".join(f"\n{note[0].upper()}{note[1:]}.\n" for note in notes)
    return f"""# Uploading this folder

This page is for whoever uploads the folder and is not of the dataset.

{texts}

{first}{chr(10).join(steps)}

## As a benchmark
{told}
{benchmark}

## What was followed

The rules that the Hub had published by these days:

{rules}
"""


_OPTIONS = '--repo-type dataset --exclude UPLOADING.md --delete "data/*" --delete "gold/*" --delete errata.json'


def _texts(edition: Edition, closed: Sequence[str]) -> str:
    if edition.withheld:
        return f"Without a word of the articles of {', '.join(closed)}; all of it may be public."
    if closed:
        return f"**With the texts of {', '.join(closed)}, which not anyone may have.**"
    return "Anyone may have all of its texts."


_GATE = """\
1. Create the repository as a private one: `hf repos create {name} --repo-type dataset --private`.
2. In its settings enable access requests. The card has only the words of the gate; without this setting there is none,
   and the texts of {splits} would be anybody's.
"""

_LISTED = "Ask the Hub to add the dataset to its allow-list, which `eval.yaml` alone does not."

_PENDING = """\
To have it listed: add the framework to the file named first below, by a pull request there; when it is merged, export
once more with `--framework`, upload, and ask the Hub to add the dataset to its allow-list."""
