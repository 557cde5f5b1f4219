"""What several tests compare the scorer with: slow or the other way round, and told by no command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onrecord.dataset import Fault
from onrecord.dataset.reading.faults import refuse, show
from onrecord.eval.readers.tags import Affix, Scheme, chunks, explain_tag, parse_tag
from onrecord.eval.spans.documents import TypedSpan


def decode(tags: Sequence[str], scheme: Scheme, affix: Affix = "prefix") -> list[TypedSpan]:
    """The spans that the tags of one sentence stand for, in order.

    Raises:
        FaultsError: Some tags are none of the scheme; the pointer of each fault is the place in ``tags``.
    """
    parsed = [parse_tag(tag, scheme, affix) for tag in tags]
    refuse(
        [
            Fault("tag", "tags", None, f"/{index}", show(tag[:400]), *explain_tag(tag, scheme, affix))
            for index, (tag, known) in enumerate(zip(tags, parsed, strict=True))
            if known is None
        ]
    )
    return chunks([tag for tag in parsed if tag is not None], scheme)


def tagged(spans: Iterable[TypedSpan], length: int, scheme: Scheme, affix: Affix = "prefix") -> list[str]:
    """The tags of ``length`` tokens that stand for ``spans``; the inverse of ``decode``.

    ``lenient`` and ``conlleval`` write IOB2.

    Raises:
        ValueError: Two spans share a token, one is discontinuous, or one lies outside the tokens: tags cannot say so.
    """
    shape = "{0}-{1}" if affix == "prefix" else "{1}-{0}"
    tags = ["O"] * length
    ordered = sorted(spans, key=lambda span: span.start)
    for number, span in enumerate(ordered):
        after = ordered[number + 1] if number + 1 < len(ordered) else None
        before = ordered[number - 1] if number else None
        if span.fragments or not 0 <= span.start < span.end <= length:
            raise ValueError(f"a span that {length} tags cannot express: {span}")
        if before and before.end > span.start:
            raise ValueError(f"two spans that share a token: {before} and {span}")
        touches_before = bool(before and before.end == span.start and before.type == span.type)
        touches_after = bool(after and after.start == span.end and after.type == span.type)
        letters = _letters(scheme, span.end - span.start, touches_before, touches_after)
        tags[span.start : span.end] = [shape.format(each, span.type) if span.type else each for each in letters]
    return tags


def _letters(scheme: Scheme, size: int, touches_before: bool, touches_after: bool) -> str:
    match scheme:
        case "IOB1":
            return ("B" if touches_before else "I") + "I" * (size - 1)
        case "IOE1":
            return "I" * (size - 1) + ("E" if touches_after else "I")
        case "IOE2":
            return "I" * (size - 1) + "E"
        case "IOBES":
            return "S" if size == 1 else "B" + "I" * (size - 2) + "E"
        case "BILOU":
            return "U" if size == 1 else "B" + "I" * (size - 2) + "L"
        case _:
            return "B" + "I" * (size - 1)
