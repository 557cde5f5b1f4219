"""Compatibility modes: the numbers of other scorers, from plain inputs, behind one face.

Each reproduces what its tool prints, the tool's defects included, and says how that differs from our measures; none is
used by ours. They are for comparing with published numbers, and for checking both scorers against each other. They
were written from the tools' documented and observed behaviour, and hold none of their code.

- ``mode``: what a mode is, and what it gives back.
- ``seqeval``, ``conlleval``: tags of tokens.
- ``nervaluate``, ``nervaluate_one_pass``: typed spans, by the versions from 1.0.0 on and before.
- ``perl``, ``coval``, ``corefud``: clusters of mentions, each scorer with its own rules.
- ``bracket_files``: how two of them read files with a coreference column.
- ``headed``, ``corefud_files``: mentions with heads, and how the third reads CoNLL-U.
- ``coreference``, ``blanc``: what those three have in common.

>>> COMPAT["conlleval"].score([["B-PER", "I-PER", "O"]], [["B-PER", "O", "O"]]).row("accuracy").share
0.6666666666666666
"""

from collections.abc import Mapping
from types import MappingProxyType

from onrecord.eval.compat import conlleval, corefud, coval, nervaluate, nervaluate_one_pass, perl, seqeval
from onrecord.eval.compat.bracket_files import both_sides
from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, InputKind

__all__ = ["COMPAT", "Compat", "CompatResult", "CompatRow", "InputKind", "both_sides"]

COMPAT: Mapping[str, Compat] = MappingProxyType(
    {
        mode.name: mode
        for module in (nervaluate, nervaluate_one_pass, seqeval, conlleval, perl, coval, corefud)
        for mode in module.COMPAT
    }
)
"""Every mode by its name."""
