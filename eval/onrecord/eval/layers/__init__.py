"""What the task is: pairing, counting, judging; a file a layer.

- ``layer``: what a layer is to the scorer.
- ``scored``: every layer, in the order of the table.
- ``columns``: one side of many documents as arrays.
- ``flatten``: from labels to columns, some documents at a time.
- ``line_columns``: the same from lines of a prediction file that are columns already.
- ``gold_block``: what gold has beside predictions, of documents that are columns already.
- ``kept_columns``: columns in a file.
- ``span_pairing``: the mentions of many documents aligned on columns.
- ``mention_states``: what is counted of mentions, on columns.
- ``id_columns``: what a system's ids mean, found out on columns.
- ``corpus``: both sides of many documents, aligned, with what the ids mean.
- ``state_columns``: what many documents add to a layer's scores.
- ``added_states``: states of parts of a corpus, added.
- ``states``: the same, where it was counted document by document.
- ``cluster_columns``: clusters of many documents.
- ``link_columns``, ``quote_columns``, ``stance_columns``, ``event_columns``, ``modality_columns``: the layers counted
  on columns.
- ``verdict_columns``: what became of items, as arrays, and which of them another system has.
- ``item_verdicts``: the same of every layer.
- ``document_pairs``: documents of gold beside what a submission says of them, one at a time or as columns.
- ``mentions``: mentions of entities and of events: aligned, and brought into clusters.
- ``ids``: what a system's ids mean in gold.
- ``entities``: mentions found and typed, and those of one entity brought together.
- ``links``: which row of the registry a name stands for.
- ``quotes``: quotes found, by whom and through whom.
- ``quote_pairing``: which predicted quote answers which gold quote.
- ``quote_sides``: both sides of the quotes of many documents.
- ``quote_choices``: which of their quotes answers which where there is a choice.
- ``stances``: who asserts which claim, and is for or against what.
- ``actor_stances``: the same by actors instead of ids, on columns too.
- ``stance_pairing``: which predicted stance answers which gold stance.
- ``said_stances``: what is said over a corpus, as rows, and without some documents.
- ``corpus_stances``: stances over the corpus, and contradictions between holders.
- ``events``: mentions of one event brought together.
- ``modalities``: what mentions say of events: that they happened, are planned, supposed or denied.
- ``event_attributes``: what a file says of its events, beside the registry.
- ``shown``: what a reader is shown of an item.
- ``same_items``: which items two sets of labels in the same ids have in common.
- ``gold_changes``: two versions of the gold, and what the change does to scores.
"""

__all__ = [
    "added_states",
    "cluster_columns",
    "columns",
    "corpus",
    "document_pairs",
    "event_columns",
    "flatten",
    "gold_changes",
    "id_columns",
    "ids",
    "kept_columns",
    "layer",
    "line_columns",
    "mentions",
    "modality_columns",
    "said_stances",
    "same_items",
    "scored",
    "shown",
    "state_columns",
    "states",
    "unplaced",
    "verdict_columns",
]
