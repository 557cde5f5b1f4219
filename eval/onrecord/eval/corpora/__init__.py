"""A million labelled documents, as a stream.

- ``plain_spans``: spans as Python has them, checked, as columns.
- ``span_report``: the score of plain spans.
- ``cluster_report``: the score of clustered mentions.
- ``training_metric``: the same for a training loop, documents added as they come.
- ``files``: from two paths and a format to a report.
- ``stream``: span files of any size, block by block, in several processes.
- ``block``: what one process makes of a block.
- ``lines``: some lines of a file in one piece.
- ``plain_bytes``: what nearly all lines are, read as arrays of bytes.
- ``text_codes``: codes of words that stand in arrays.
- ``plain_lines``: the same lines decoded, however they are written.
- ``allocation``: how the process holds its memory.
- ``waiting``: lines whose counterpart in the other file has not been read yet.
"""

__all__ = ["cluster_report", "files", "span_report", "training_metric"]
