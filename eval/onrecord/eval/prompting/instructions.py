"""What a model is told: the page that heads the guidelines, for the layers that are asked for.

The examples are invented: of no article that is scored anything is shown.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

from onrecord.dataset.layers import scheme
from onrecord.eval.prompting.shape import asked_layers


def instructions(layers: Sequence[str] = ()) -> str:
    """The instructions for some layers of the scheme in force; a layer that was added has none of its own.

    Args:
        layers: The layers; all where none is named.
    """
    told = ["reply", *(["ids"] if scheme().ids else []), *asked_layers(layers)]
    return "\n\n".join(_sections()[each] for each in told if each in _sections())


@functools.cache
def _sections() -> Mapping[str, str]:
    text = files("onrecord.eval.prompting").joinpath("instructions.md").read_text(encoding="utf-8")
    _, *parts = re.split(r"^# (\w+)\n", text, flags=re.MULTILINE)
    heads = {"reply": "", "ids": "Names: "}
    return {
        name: heads.get(name, f"{name.capitalize()}: ") + " ".join(body.split())
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
