"""Exports: what other platforms need to score submissions with this scorer, or to show its scores.

- ``competition``: what an organiser gives, and what both platforms show of it.
- ``codabench``: the archive for Codabench.
- ``evalai``: the archive for EvalAI.
- ``evalai_boards``: the boards of EvalAI, one a layer.
- ``hub``: evaluation results of a model repository on the Hugging Face Hub, and what registers a benchmark there.
- ``hub_repository``: the whole repository of a dataset there.
- ``hub_rules``: what the Hub asks of such files, as facts with their sources.
- ``every_eval_ever``: records as logs of Every Eval Ever.
- ``uploading``: what whoever uploads the repository must do.
- ``keys``: what the measures are called on a board that takes plain keys only.
- ``pages``: the texts that both platforms show.
- ``logo``: the picture that both show.
- ``reference``: gold as one JSON file, which is read without pyarrow.
- ``archive``: zip archives with the same bytes each time, and the scorer's own source.
- ``running``: what the exported programs do on the platform.
- ``programs``: what the platforms start. It runs before any library is there, so it imports none at its head.
"""

__all__ = ["codabench", "competition", "evalai", "every_eval_ever", "hub", "hub_repository"]
