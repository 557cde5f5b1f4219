"""The names that a spaCy pipeline finds, and the rules for all else: quotes, stances, events, pronouns and ids."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from onrecord.dataset import Document, Span
from onrecord.dataset.reading.faults import Fault, FaultsError, nearest
from onrecord.eval.baselines.rules import Name, Rules
from onrecord.eval.submission.label_maps import BUILT_IN, OURS
from onrecord.eval.submission.prediction_line import PredictionLine

if TYPE_CHECKING:
    from spacy.language import Language


@dataclasses.dataclass(frozen=True)
class SpacyNames:
    """A pipeline with the rules beside it."""

    model: str
    """What the pipeline is loaded by."""
    pipeline: Language
    rules: Rules
    left_out: Counter[str] = dataclasses.field(default_factory=Counter)
    """How many names of the documents so far have a label that the scheme in force has no type for, by their label."""

    @classmethod
    def load(cls, model: str, rules: Rules) -> SpacyNames:
        """With an installed pipeline, or one in a folder.

        Raises:
            FaultsError: There is none of that name, or it cannot be loaded here.
            ModuleNotFoundError: spaCy is not installed.
        """
        import spacy

        try:
            return cls(model, spacy.load(model), rules)
        except (OSError, ValueError, ImportError) as error:
            there = spacy.util.get_installed_models()
            expected = f"an installed spaCy pipeline{''.join(f', such as {each}' for each in there[:1])}, or its folder"
            hint = nearest(model, there) or f"python -m spacy download {model}, or pip install it"
            raise FaultsError([Fault("file", f"spacy:{model}", None, "", _first_line(error), expected, hint)]) from None

    def predict(self, document: Document) -> PredictionLine:
        """The labels for one document: what the scheme in force has of them."""
        return self.rules.predict(document, self._names(document.text))

    def _names(self, text: str) -> list[Name]:
        self.pipeline.max_length = max(self.pipeline.max_length, len(text))  # by default a million characters
        found: list[Name] = []
        for entity in self.pipeline(text).ents:
            surface = entity.text.strip()
            start = entity.start_char + len(entity.text) - len(entity.text.lstrip())
            type = our_type(entity.label_)
            if type is None:
                self.left_out[entity.label_] += 1
            elif surface:
                found.append((Span(start=start, end=start + len(surface), text=surface), type))  # type: ignore[arg-type]
        return found


def our_type(label: str) -> str | None:
    """The type of the scheme in force for a pipeline's label, which may be of the scheme itself or of a label map.

    None where the scheme has nothing like it.

    >>> our_type("PERSON"), our_type("ORG"), our_type("MONEY"), our_type("GADGET")
    ('PER', 'ORG', None, None)
    """
    if label in OURS:
        return label
    names = (each.predicted.get(label) for each in BUILT_IN.values())
    return next((name for name in names if name is not None and name in OURS), None)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
