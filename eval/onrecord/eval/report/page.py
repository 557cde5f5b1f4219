"""The report as one HTML file: see :mod:`onrecord.eval.rendering.html` for what keeps it harmless.

The script makes elements by name and never from markup.
"""

from __future__ import annotations

from jinja2 import Environment

from onrecord.eval.rendering import html as pages
from onrecord.eval.rendering.html import verbatim
from onrecord.eval.report.parts import line_json, packed, script_json
from onrecord.eval.report.view import OPEN_GOLD, ReportView

_PAGE = pages.PageKind(
    package="onrecord.eval.report",
    template="page.html.j2",
    style="report.css",
    scripts=("model.js", "reader.js", "panels.js", "pen.js", "report.js"),
)


def html(view: ReportView) -> bytes:
    """The page. The same view gives the same bytes."""
    return render(view, environment())


def environment() -> Environment:
    """The report's templates."""
    return pages.environment(_PAGE.package)


def render(view: ReportView, templates: Environment) -> bytes:
    """The page by some templates."""
    return _PAGE.render(
        templates,
        view=view,
        index=verbatim(script_json(view.index)),
        parts=[verbatim(each) for each in view.parts],
        record=verbatim(packed(line_json(view.record))),
        open_gold=OPEN_GOLD,
    )
