"""The report of a result: one HTML page that shows what a system gets right and wrong, or a text of it.

- ``view``: everything that a report shows, as plain values.
- ``overview``: the score card, the table of measures, the slices and the dots.
- ``items``: every labelled item with its outcome, one document at a time.
- ``errors``: error classes and confusion matrices, counted over the items.
- ``matrices``: events, entities and stances over all documents.
- ``changes``: the comparison with another system.
- ``gaps``: what the system loses on perturbed articles.
- ``plots``: plots as coordinates.
- ``payload``: what the page's script reads.
- ``parts``: documents packed together, as they stand in the page.
- ``verdicts``: what a reader of the page says of its items, and the file of it.
- ``exchanges``: what a model was asked of each document, and what it replied.
- ``rules``: the rules of guidelines, by name.
- ``page``: the view as one HTML file.
- ``text``: the view as Markdown and as plain text.
- ``listing``: predictions alone, in words.
"""

from onrecord.eval.report import exchanges, rules, verdicts
from onrecord.eval.report.listing import listed
from onrecord.eval.report.page import html
from onrecord.eval.report.text import MOST_CHARACTERS, markdown_report, text_report
from onrecord.eval.report.view import Background, ReportView, page_view

__all__ = [
    "MOST_CHARACTERS",
    "Background",
    "ReportView",
    "exchanges",
    "html",
    "listed",
    "markdown_report",
    "page_view",
    "rules",
    "text_report",
    "verdicts",
]
