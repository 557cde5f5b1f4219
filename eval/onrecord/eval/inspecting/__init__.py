"""The task in Inspect: asked there, answered there, and scored by the same functions as everywhere.

- ``asking``: the requests of ``prompting`` with a schema that Inspect can take.
- ``said``: what was answered, as a prediction file and as its scores.
- ``logs``: what was answered in a log.
- ``registry``: tasks, solvers, scorer and metric for Inspect; it alone imports the library when it is imported, which
  the entry point does.
"""

__all__ = ["logs", "said"]
