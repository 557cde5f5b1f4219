"""Typed spans as arrays: aligned, counted, measured.

- ``documents``: spans and clustered mentions of a document, whatever file they came from.
- ``columns``: spans of many documents as columns of numbers.
- ``pairs``: pairs of a gold and a predicted span, and how well they fit.
- ``readings``: gold with several right answers.
- ``alignment``: the one optimal alignment that everything is read off.
- ``equal``: its first step: spans at equal positions.
- ``overlaps``: its second: pairs that overlap enough.
- ``optimum``: its last: the choice among pairs that compete.
- ``coverage``: what is covered, whatever is paired with what.
- ``counting``: an alignment and the coverage as counts of each document.
- ``measures``: the measures and error classes, read off counts.
- ``relabel``: types of another scheme, on arrays.
"""

__all__ = ["alignment", "columns", "counting", "documents", "measures", "overlaps", "pairs", "relabel"]
