"""What a new corpus consists of, as files by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from onrecord.annotation.new_corpus.guidelines import guidelines
from onrecord.dataset.corpus import FILE, read_toml
from onrecord.dataset.reading.faults import Fault, refuse
from onrecord.dataset.records import REGISTERED
from onrecord.dataset.scheme import Scheme, wrong_scheme

_SEEDS_AS_THEY_ARE = "# bytes are hashed: no line end may change\nseeds/** -text\nannotation/exports/** -text\n"


def new_corpus(title: str, scheme: Scheme, languages: Iterable[str]) -> dict[str, bytes]:
    """The files of a corpus without articles.

    Args:
        title: What it is called.
        scheme: What is labelled.
        languages: ISO 639-1 codes.

    Raises:
        FaultsError: The scheme is not one, with everything that is wrong.
    """
    refuse([Fault("scheme", FILE, None, f"/scheme/{name}", found, said) for name, found, said in wrong_scheme(scheme)])
    templates = Environment(
        loader=PackageLoader("onrecord.annotation", "new_corpus"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    free = [each for each in scheme.free_types if each in scheme.entity_types]
    said = {
        "title": _quoted(title),
        "name": _quoted(_name(title)),
        "summary": _quoted(f"{title}: news articles with labels."),
        "languages": _listed(languages),
        "layers": _listed(scheme.layers),
        "chosen": scheme.layers,
        "ids": json.dumps(scheme.ids),
        "types": _listed(scheme.entity_types),
        "free_types": _listed(free),
        "kinds": _listed(scheme.mention_kinds),
        "modes": _listed(scheme.quote_modes),
        "labels": _listed(scheme.stance_labels),
        "claim_labels": _listed(scheme.claim_labels),
        "bases": _listed(scheme.stance_bases),
        "modalities": _listed(scheme.event_modalities),
        "roles": _listed(scheme.participant_roles),
    }
    toml = templates.get_template("onrecord.toml.j2").render(said).encode("utf-8")
    assert read_toml(Path(FILE), toml).scheme.layers == scheme.layers
    readme = templates.get_template("README.md.j2").render(title=title, ids=scheme.ids)
    registries = [name for name, _ in REGISTERED.values()] if scheme.ids else []
    return {
        FILE: toml,
        "README.md": readme.encode("utf-8"),
        ".gitattributes": _SEEDS_AS_THEY_ARE.encode("utf-8"),
        "seeds/.gitkeep": b"",
        "annotation/GUIDELINES.md": guidelines().encode("utf-8"),
        "annotation/annotators.jsonl": b"",
        "annotation/exports/.gitkeep": b"",
        **{f"annotation/registries/{name}.jsonl": b"" for name in registries},
        "dataset/.gitkeep": b"",
    }


def _quoted(text: str) -> str:
    """A text as TOML has it: a basic string is written as in JSON, but for the escape of DEL."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(map(_quoted, words))


def _name(title: str) -> str:
    """The title as a name of metadata."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-._").lower()[:96] or "corpus"
