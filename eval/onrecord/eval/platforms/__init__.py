"""Exports: what other platforms need to score submissions with this scorer, or to show its scores.

- :mod:`~onrecord.eval.platforms.keys`: what the measures are called on a board that takes plain keys only.
- :mod:`~onrecord.eval.platforms.reference`: gold as one JSON file, which is read without pyarrow.
- :mod:`~onrecord.eval.platforms.archive`: zip archives with the same bytes each time, and the scorer's own source.
- :mod:`~onrecord.eval.platforms.running`: what the exported programs do on the platform.
- :mod:`~onrecord.eval.platforms.pages`: the texts that both platforms show.
- :mod:`~onrecord.eval.platforms.codabench`, :mod:`~onrecord.eval.platforms.evalai`: the two archives.
- :mod:`~onrecord.eval.platforms.hub`: evaluation results of a model repository on the Hugging Face Hub.
- ``programs``: what the platforms start. It runs before any library is there, so it imports none at its head.
"""
