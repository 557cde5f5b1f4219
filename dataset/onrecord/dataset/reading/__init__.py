"""Reading what others wrote: as types, with every fault explained.

- ``budget``: what reading something may cost.
- ``bounded``: files that are read whole, if they are not too long.
- ``likeness``: the known word that is most like one that was found.
- ``faults``: what a fault is: a place, what was found, what was expected, a hint.
- ``untrusted``: JSON in which nothing is lost in silence.
- ``typed``: JSON and JSON Lines as types.
- ``json_schema``: JSON Schema of types.
- ``files``: files and folders, written so that nobody finds half of one.
- ``platform``: what systems do differently.
"""

__all__ = ["bounded", "budget", "faults", "files", "json_schema", "platform", "typed", "untrusted"]
