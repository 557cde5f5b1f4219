"""The report as one HTML file that needs nothing else and can do nothing else.

Whatever comes from a file is text: the templates escape everything, the script makes elements by name and never from
markup, and the page's own policy lets no script or style run but the two whose hashes it names.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from onrecord.eval.report.payload import script_json
from onrecord.eval.report.view import OPEN_GOLD, PROVENANCE, View

_PACKAGE = "onrecord.eval.report"

_SCRIPTS = ("model.js", "reader.js", "panels.js", "report.js")
"""The parts of the page's one script, in order; each uses what those before it declare."""

SHOWN_AS_SPACE = "\n\t"
"""Control characters that a browser shows as what they are."""


def html(view: View) -> bytes:
    """The page. The same view gives the same bytes."""
    return render(view, environment())


def environment() -> Environment:
    """The templates: everything is escaped, an unknown name is an error, no control character is left unseen."""
    return Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


def render(view: View, templates: Environment) -> bytes:
    """The page by some templates."""
    style = _part("report.css")
    script = "(() => {\n" + "".join(map(_part, _SCRIPTS)) + "})();\n"
    page = templates.get_template("page.html.j2").render(
        view=view,
        policy=_policy(script, style),
        style=_verbatim(style),
        script=_verbatim(script),
        index=_verbatim(script_json(view.index)),
        texts=[_verbatim(script_json(each)) for each in view.texts],
        record=_verbatim(script_json(view.record)),
        provenance=PROVENANCE,
        open_gold=OPEN_GOLD,
    )
    return page.encode("utf-8")


def _part(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text("utf-8")


class _Verbatim(str):
    """What stands in a script or style element, where nothing is escaped."""

    def __html__(self) -> str:
        return str(self)


def _verbatim(text: str) -> _Verbatim:
    """Text that is made here, or that :func:`onrecord.eval.report.payload.script_json` has made harmless."""
    if "</" in text:
        raise ValueError("this would end the element that it stands in")
    return _Verbatim(text)


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def visible(text: str) -> str:
    r"""Text in which characters that cannot be seen, or that turn others around, are written as escapes.

    >>> visible("a\u202eb\x1b[1m")
    'a\\u202eb\\x1b[1m'
    """
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii")
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in SHOWN_AS_SPACE
        else char
        for char in text
    )
