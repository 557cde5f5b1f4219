"""How far annotators agree.

- ``measures``: the scorer between every two of them, and chance-corrected agreement.
- ``annotators``: an annotator's labels as gold and as a submission.
- ``gamma``: gamma: agreement on where units are and what they are.
- ``row_fields``: how far registries are filled alike.
- ``actor_ids``: how often an item turns on which of several ids for one actor was chosen.
- ``ceiling``: each annotator scored as a system.
- ``tables``: agreement for a terminal, as Markdown, as JSON.
"""

__all__ = ["annotators", "ceiling", "measures", "tables"]
