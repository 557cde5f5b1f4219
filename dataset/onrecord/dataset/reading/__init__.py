"""Reading what others wrote: as types, with every fault explained.

- ``budget``: what reading something may cost.
- ``bounded``: files that are read whole, if they are not too long.
- ``likeness``: the known word that is most like one that was found.
- ``faults``: what a fault is: a place, what was found, what was expected, a hint.
- ``untrusted``: JSON in which nothing is lost in silence.
- ``typed``: JSON and JSON Lines as types.
- ``tables``: JSON Lines of one type as Arrow columns, many at once.
- ``arrow_columns``: Arrow columns as numpy arrays.
- ``column_values``: what the values of one column must be.
- ``typed_columns``: Arrow records that are just what a type wants.
- ``column_json``: JSON of such records.
- ``json_schema``: JSON Schema of types.
- ``foreign``: what others wrote, so that it can be looked at anywhere.
- ``files``: files and folders, written so that nobody finds half of one.
- ``replacing``: folders that a command makes anew, in which nothing of others is lost.
- ``staging``: where what is written is until it is whole.
- ``platform``: what systems do differently.
"""

__all__ = [
    "arrow_columns",
    "bounded",
    "budget",
    "column_json",
    "faults",
    "files",
    "foreign",
    "json_schema",
    "platform",
    "replacing",
    "staging",
    "tables",
    "typed",
    "typed_columns",
    "untrusted",
]
