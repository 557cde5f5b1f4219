"""What the task is: pairing, counting, judging; a file a layer.

- ``layer``: what a layer is to the scorer.
- ``scored``: every layer, in the order of the table.
- ``document_pairs``: documents of gold beside what a submission says of them.
- ``mentions``: mentions of entities and of events: aligned, and brought into clusters.
- ``ids``: what a system's ids mean in gold.
- ``entities``: mentions found and typed, and those of one entity brought together.
- ``links``: which row of the registry a name stands for.
- ``quotes``: quotes found, by whom and through whom.
- ``quote_pairing``: which predicted quote answers which gold quote.
- ``stances``: who is for or against what.
- ``stance_pairing``: which predicted stance answers which gold stance.
- ``corpus_stances``: stances over the corpus, and contradictions between holders.
- ``events``: mentions of one event brought together, and its attributes.
- ``shown``: what a reader is shown of an item.
- ``same_items``: which items two sets of labels in the same ids have in common.
- ``gold_changes``: two versions of the gold, and what the change does to scores.
"""

__all__ = ["document_pairs", "gold_changes", "ids", "layer", "mentions", "same_items", "scored", "shown"]
