"""What speaks with Label Studio: the server, its projects, and labels in its terms.

- ``server``: a real server on this machine.
- ``accounts``: access to a server, and the accounts of its annotators.
- ``labelling``: the labelling config of all layers.
- ``project``: documents in, annotations out.
- ``exports``: annotations as they come, and the labels in them.
- ``offers``: labels that are none until the annotator accepts them.
- ``backends``: projects and the backend that makes offers in them.
- ``regions``: how labels are told as result items.
- ``to_result``: labels as result items.
- ``from_result``: the labels in result items, and what cannot be used.
"""

__all__ = ["accounts", "backends", "exports", "from_result", "offers", "project", "regions", "server", "to_result"]
