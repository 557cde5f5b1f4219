"""What speaks with Label Studio: the server, its projects, and labels in its terms.

- ``address``: a server's address and token, as people copy them.
- ``reach``: a server is reached, or it is said why not.
- ``home``: where the server is installed.
- ``server``: a real server on this machine.
- ``process``: its process, and whose its files are.
- ``naming``: names of rounds and annotators.
- ``accounts``: access to a server, and the accounts of its annotators.
- ``labelling``: the labelling config of all layers.
- ``front``: a project's task list and guidelines.
- ``project``: documents in, annotations out.
- ``standing``: how far the tasks are, and what was not submitted.
- ``exports``: annotations as they come, and the labels in them.
- ``buttons``: exports of Label Studio's own button.
- ``looking_over``: what an annotator can mend, in the page's terms.
- ``offers``: labels that are none until the annotator accepts them.
- ``backends``: projects and the backend that makes offers in them.
- ``regions``: how labels are told as result items.
- ``to_result``: labels as result items.
- ``remarks``: what an adjudicator is to look at, and what was said of it.
- ``from_result``: the labels in result items, and what cannot be used.
"""

__all__ = [
    "accounts",
    "address",
    "backends",
    "exports",
    "forms",
    "from_result",
    "front",
    "home",
    "menus",
    "naming",
    "offers",
    "project",
    "reach",
    "regions",
    "remarks",
    "result_regions",
    "server",
    "standing",
    "to_result",
]
