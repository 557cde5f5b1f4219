"""Label Studio and the way from annotation to gold.

Each of its wings takes only from those above it:

- ``label_studio``: the server, its projects, and labels in its terms.
- ``assist``: offers while a person annotates.
- ``agreement``: how far annotators agree.
- ``gold``: from rounds of annotation to the gold.
"""

__all__ = ["agreement", "assist", "gold", "label_studio"]
