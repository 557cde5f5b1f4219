"""Exports: what other platforms need to score submissions with this scorer, or to show its scores.

- :mod:`~onrecord.eval.exports.columns`: what the measures are called on a board that takes plain keys only.
- :mod:`~onrecord.eval.exports.reference`: gold as one JSON file, which is read without pyarrow.
- :mod:`~onrecord.eval.exports.archive`: zip archives with the same bytes each time, and the scorer's own source.
- :mod:`~onrecord.eval.exports.running`: what the exported programs do on the platform.
- :mod:`~onrecord.eval.exports.pages`: the texts that both platforms show.
- :mod:`~onrecord.eval.exports.codabench`, :mod:`~onrecord.eval.exports.evalai`: the two archives.
- :mod:`~onrecord.eval.exports.hub`: evaluation results of a model repository on the Hugging Face Hub.
- ``programs``: what the platforms start. It runs before any library is there, so it imports none at its head.
"""
