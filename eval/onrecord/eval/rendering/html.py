"""HTML pages of one file each, which need nothing else and can do nothing else.

Whatever comes from a file is text: the templates escape everything, no control character is left unseen, and the
page's own policy lets no script or style run but the two whose hashes it names.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from onrecord.dataset.reading.foreign import visible


def environment(package: str) -> Environment:
    """The templates of a package: everything is escaped, and an unknown name is an error."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )


@dataclasses.dataclass(frozen=True)
class PageKind:
    """A kind of page: the files of a package that it is made of."""

    package: str
    template: str
    """Gets ``script``, ``style`` and ``policy`` beside what is shown."""
    style: str
    scripts: tuple[str, ...]
    """Put one after the other; each uses what those before it declare."""

    def render(self, templates: Environment, **shown: Any) -> bytes:
        """The page in UTF-8, by templates from :func:`environment`."""
        script = "(() => {\n" + "".join(map(self._file, self.scripts)) + "})();\n"
        style = self._file(self.style)
        page = templates.get_template(self.template).render(
            script=verbatim(script), style=verbatim(style), policy=policy(script, style), **shown
        )
        return page.encode("utf-8")

    def _file(self, name: str) -> str:
        return files(self.package).joinpath(name).read_text("utf-8")


def policy(script: str, style: str) -> str:
    """A Content-Security-Policy that allows one script and one style sheet, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


class Verbatim(str):
    """What stands in a script or style element, where nothing is escaped."""

    def __html__(self) -> str:
        return str(self)


def verbatim(text: str) -> Verbatim:
    """Text that is our own, or has been made harmless for a script element.

    Raises:
        ValueError: It would end the element that it stands in.
    """
    if "</" in text:
        raise ValueError("this would end the element that it stands in")
    return Verbatim(text)
