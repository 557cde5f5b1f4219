"""Which entries say the same: of those that are alike it is found out what they mean, of all others never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from onrecord.dataset.layers import using
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.label_maps import OURS_AS, read_label_map
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.meaning import Meaning
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.reading import SubmissionStream


def alike(likenesses: Sequence[str]) -> set[str]:
    """Those that several have; empty ones are nobody's."""
    return {likeness for likeness, many in Counter(likenesses).items() if many > 1 and likeness}


def scheme_of(asked: Asked) -> str:
    """What scheme predicted types are compared by; by one map, types of either scheme are called alike."""
    return (asked.labels or "").removeprefix(OURS_AS)


def meaning_of(name: Path, pieces: Iterable[bytes], gold: StoredGold, asked: Asked) -> str:
    """What predictions say of the articles scored, whatever they are written like.

    Args:
        name: What faults call the file.
        pieces: Its content.
        gold: What it is checked against.
        asked: How it is scored; whether articles may be missing is not asked again.

    Raises:
        FaultsError: With every fault of the file.
    """
    with using(gold.scheme):
        types = our_types() if asked.labels is None else MentionTypes.of(read_label_map(asked.labels)[1])
        expected = Expected(gold.documents, gold.ids, ())
        wanted = frozenset(gold.in_split(asked.split))
        stream = SubmissionStream(name, pieces, expected, DEFAULT_LIMITS, types)
        meaning = Meaning(gold.ids)
        for line in stream:
            if line.doc_id in wanted:
                meaning.add(line.doc_id, types.labels(line), line.unplaced)
        return f"{scheme_of(asked)} {meaning.of(stream.finish())}"
