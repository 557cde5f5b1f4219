"""The probe ``quotes``: other quotation marks."""

from __future__ import annotations

from onrecord.dataset.derive import marks
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.perturbing.edits import Edit
from onrecord.dataset.perturbing.probe import Change, Probe, Setting

STYLES = {
    "straight": ('"', '"', "'", "'"),
    "curly": ("“", "”", "‘", "’"),
    "guillemets": ("«", "»", "‹", "›"),
    "german": ("„", "“", "‚", "‘"),
    "single": ("‘", "’", "“", "”"),
}
"""Marks that open and close a quote, and those of a quote within one."""


def _prepare(_: Gold, setting: Setting) -> Change:
    def edits(article: Article) -> list[Edit]:
        text = article.document.text
        style = STYLES[setting.variant or _other_style(article, setting)]
        return [Edit(at, at + 1, style[role]) for at, role in marks(text) if text[at] != style[role]]

    return Change(edits=edits)


def _other_style(article: Article, setting: Setting) -> str:
    """A style that is not that of most of the article's marks."""
    text = article.document.text
    own = [text[at] for at, role in marks(text) if role == 0]
    others = [name for name, style in STYLES.items() if name != "single" and own.count(style[0]) * 2 <= len(own)]
    return setting.draw("quotes", article.document.id).choice(others)


QUOTES = Probe(
    "quotes",
    "Quotation marks of another style: straight, curly, guillemets, German low or single ones; each article in one that"
    " is not its own. Whether a system finds speech by one kind of mark.",
    _prepare,
    variants=("", *STYLES),
)
