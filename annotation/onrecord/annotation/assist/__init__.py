"""Offers while a person annotates: a machine-learning backend of Label Studio on this machine.

- ``propagation``: what was marked once, at all its other places.
- ``speakers``: who is likely to have said a quote.
- ``backend``: what the server asks, as typed records, and the answers.
- ``proposals``: the labels that an annotation starts from.
- ``server``: the backend on loopback.
- ``wiring``: a backend and the projects that ask it.
"""

__all__ = ["backend", "proposals", "wiring"]
