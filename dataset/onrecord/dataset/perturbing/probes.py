"""All probes by name, in the order in which they are applied, whatever order they are asked for in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from onrecord.dataset.perturbing.articles import BOILERPLATE, DATES, HEADLINE, ORDER
from onrecord.dataset.perturbing.characters import CASE, NOISE, UNICODE
from onrecord.dataset.perturbing.exchanging import ALIAS, EXCHANGE
from onrecord.dataset.perturbing.marks import QUOTES
from onrecord.dataset.perturbing.names import NAMES
from onrecord.dataset.perturbing.probe import Probe
from onrecord.dataset.perturbing.speakers import SPEAKERS
from onrecord.dataset.reading.faults import Fault, nearest, refuse

PROBES = {
    probe.name: probe
    for probe in (
        BOILERPLATE,
        HEADLINE,
        SPEAKERS,
        ALIAS,
        EXCHANGE,
        NAMES,
        DATES,
        QUOTES,
        NOISE,
        CASE,
        UNICODE,
        ORDER,
    )
}
"""What is read of labels and names comes before names are invented, and single characters come last."""


@dataclasses.dataclass(frozen=True)
class AskedProbe:
    """A probe, and the way of it that is asked for."""

    probe: Probe
    variant: str

    @property
    def name(self) -> str:
        """As it is asked for: ``quotes:german``; without the variant where none is named."""
        said = self.variant and self.probe.variants[0] != self.variant
        return f"{self.probe.name}:{self.variant}" if said else self.probe.name


def asked_probes(names: Iterable[str]) -> tuple[AskedProbe, ...]:
    """The probes of some names, each as ``NAME`` or ``NAME:VARIANT``, in the order in which they are applied.

    Raises:
        FaultsError: With every name that is none, and every one that comes twice.
    """
    faults: list[Fault] = []
    found: dict[str, AskedProbe] = {}
    for place, name in enumerate(names):
        known, colon, variant = name.partition(":")
        probe = PROBES.get(known)
        if probe is None:
            faults.append(_fault(place, name, f"one of {', '.join(PROBES)}", nearest(known, PROBES)))
        elif colon and (variant not in probe.variants or not variant):
            ways = [f"{known}:{each}" for each in probe.variants if each]
            faults.append(_fault(place, name, f"{known}, or one of {', '.join(ways)}" if ways else known))
        elif known in found:
            faults.append(_fault(place, name, "each probe once"))
        else:
            found[known] = AskedProbe(probe, variant or next(iter(probe.variants), ""))
    if not found and not faults:
        faults.append(_fault(0, "no probe", f"one of {', '.join(PROBES)}"))
    refuse(faults)
    return tuple(found[name] for name in PROBES if name in found)


def _fault(place: int, found: str, expected: str, hint: str = "") -> Fault:
    return Fault("label", "the probes", None, f"/{place}", found, expected, hint)
