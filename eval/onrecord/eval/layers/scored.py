"""Every layer that is scored, in the order of the table."""

from __future__ import annotations

from onrecord.eval.layers.entities import ENTITIES, ENTITY_IDS
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.links import LINKS
from onrecord.eval.layers.quotes import QUOTES
from onrecord.eval.layers.stances import STANCES

SCORED: tuple[Layer, ...] = (ENTITIES, ENTITY_IDS, LINKS, QUOTES, STANCES, EVENTS)
"""Every layer of the score, in the order of the table."""
