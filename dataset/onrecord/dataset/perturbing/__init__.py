"""Articles changed under their labels: probes of what a system reads and what it remembers.

- ``edits``: edits of a text and the exact map of offsets.
- ``moving``: articles moved by edits.
- ``probe``: what a probe is; ``probes``: all of them by name.
- ``names``: invented names; ``inventing`` makes the words, ``renaming`` puts a table of words to use.
- ``exchanging``: names of others; ``speakers``: speakers of others.
- ``marks``, ``characters``, ``articles``: quotation marks; case, Unicode, typos; headline, page, dates, order.
- ``strings``: everything that a record says in words or ids.
- ``perturbed``: a corpus with probes applied.
- ``made``: the file that says what was done, with the map back.
"""

__all__ = ["edits", "made", "marks", "names", "perturbed", "probe", "probes", "renaming"]
