"""An annotator's work as one HTML file: see :mod:`onrecord.eval.rendering.html` for what keeps it harmless."""

from __future__ import annotations

from collections.abc import Mapping

from onrecord.annotation.page.beside import STANDINGS, Beside
from onrecord.dataset import Registries
from onrecord.eval.rendering import html as pages

_PAGE = pages.PageKind(package="onrecord.annotation.page", template="page.html.j2", style="page.css", scripts=())


def html(found: Beside, registries: Registries, rules: Mapping[str, str]) -> bytes:
    """The page. The same values give the same bytes.

    Args:
        found: What is shown.
        registries: What ids are called.
        rules: What each rule of the guidelines says, by its name.
    """
    names = {
        **{row.id: row.name for row in registries.entities},
        **{row.id: row.title for row in registries.events},
        **{row.id: row.title for row in registries.utterances},
        **{row.id: row.text for row in registries.claims},
    }
    return _PAGE.render(
        pages.environment(_PAGE.package),
        found=found,
        counts=found.counts(),
        often=found.rules(),
        standings=STANDINGS,
        slug=_slug,
        names=names,
        rules=rules,
    )


def _slug(standing: str) -> str:
    """A standing as a word of a style sheet."""
    return standing.replace(" ", "-").replace("'", "")
