"""HTML pages of one file: templates with every string escaped, and a policy that lets only their own script run."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from markupsafe import Markup


def policy(script: str, style: str) -> str:
    """A Content-Security-Policy that allows one script and one style sheet, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def render(package: str, template: str, script: str, style: str, **values: Any) -> bytes:
    """A page from a template of a package; ``script`` and ``style`` are names of files in its ``templates`` folder.

    The template gets them as ``script`` and ``style``, and their policy as ``policy``.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader(package)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    own = [loader.get_source(environment, name)[0] for name in (script, style)]
    page = environment.get_template(template).render(
        script=Markup(own[0]),  # our own files, not data
        style=Markup(own[1]),
        policy=policy(*own),
        **values,
    )
    return page.encode("utf-8")


def embedded(value: object) -> Markup:
    """JSON for a ``<script type="application/json">``: nothing in it can end the element, or be taken for markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
