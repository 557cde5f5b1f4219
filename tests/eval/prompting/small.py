"""An invented article, its registry, and a reply about it without a mistake."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from onrecord.eval.prompting.known import KnownArticle, KnownRow
from onrecord.eval.prompting.names import Links, Names
from onrecord.eval.prompting.predictions import Predictions, read_predictions
from onrecord.eval.prompting.replies import Reply

TEXT = (
    "Pool stays open\n\nVELDEN — Mayor Ilse Brandt said on Monday: “We won’t close the pool — not this year.” Her "
    "deputy, Jürgen Łoś, was against it.\n\n“The pool,” Łoś wrote, “costs too much.” According to the Velden Post, "
    "Brandt had told him: “You are wrong.” The pool was built in 1962. The pool was built in 1962."
)
ARTICLE = KnownArticle("pool", TEXT, hashlib.sha256(TEXT.encode()).hexdigest(), "test", "velden")
OTHER = KnownArticle(
    "other", "Łoś left Velden.", hashlib.sha256("Łoś left Velden.".encode()).hexdigest(), "test", "velden"
)
ARTICLES = {each.id: each for each in (ARTICLE, OTHER)}
ROWS = {
    "entity": (
        KnownRow("ilse-brandt", "Ilse Brandt", ("Brandt", "Velden")),
        KnownRow("velden", "Velden (town)", ("Velden",)),
    ),
    "event": (KnownRow("closing-pool", "The pool is closed"),),
    "claim": (KnownRow("claim-pool-closes", "The pool will close."),),
}

REPLY: dict[str, Any] = {
    "mentions": [
        {
            "text": "VELDEN",
            "before": "open\n\n",
            "after": " — Mayor",
            "type": "GPE",
            "kind": "name",
            "entity": "Velden (town)",
        },
        {
            "text": "Ilse Brandt",
            "before": "— Mayor ",
            "after": " said on M",
            "type": "PER",
            "kind": "name",
            "entity": "Ilse Brandt",
        },
        {
            "text": "Jürgen Łoś",
            "before": "r deputy, ",
            "after": ", was agai",
            "type": "PER",
            "kind": "name",
            "entity": "Jürgen Łoś",
        },
        {
            "text": "Łoś",
            "before": "e pool,” ",
            "after": " wrote, “c",
            "type": "PER",
            "kind": "name",
            "entity": "Jürgen Łoś",
        },
    ],
    "quotes": [
        {
            "id": "a",
            "content": [
                {"text": "“We won’t close the pool — not this year.”", "before": "on Monday: ", "after": " Her deput"}
            ],
            "source": {"text": "Mayor Ilse Brandt", "before": "VELDEN — ", "after": " said on M"},
            "cue": {"text": "said", "before": "e Brandt ", "after": " on Monday"},
            "speaker": ["Ilse Brandt"],
            "addressee": [],
            "relays": [],
            "parent": None,
            "mode": "statement",
            "utterance": None,
        },
        {
            "id": "b",
            "content": [
                {"text": "“The pool,”", "before": "inst it.\n\n", "after": " Łoś wrote"},
                {"text": "“costs too much.”", "before": "oś wrote, ", "after": " According"},
            ],
            "source": {"text": "Łoś", "before": "e pool,” ", "after": " wrote, “c"},
            "cue": {"text": "wrote", "before": "ool,” Łoś ", "after": ", “costs t"},
            "speaker": ["Jürgen Łoś"],
            "addressee": [],
            "relays": [],
            "parent": None,
            "mode": "statement",
            "utterance": None,
        },
    ],
    "stances": [
        {
            "holder": "Ilse Brandt",
            "target": {"kind": "claim", "name": "The pool will close."},
            "label": "denies",
            "evidence": [{"text": "We won’t close the pool", "before": "Monday: “", "after": " — not thi"}],
            "quote": "a",
            "basis": "stated",
        }
    ],
    "events": [
        {
            "text": "built",
            "before": "pool was ",
            "after": " in 1962. The",
            "event": "The pool is built",
            "modality": "actual",
        }
    ],
    "event_descriptions": [
        {
            "type": "building",
            "title": "The pool is built",
            "date": "1962",
            "place": "Velden (town)",
            "cardinality": "single",
        }
    ],
}


def reply() -> dict[str, Any]:
    """The reply, to be changed."""
    return copy.deepcopy(REPLY)


def read(content: str, links: Links | None = None, id: str = "pool") -> Predictions:
    """What is made of a reply about the article."""
    return read_predictions(ARTICLES, [Reply(id, (content,))], Names(ROWS, links))
