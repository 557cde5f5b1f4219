"""``onrecord perturb``: a dataset of articles changed under their labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.options import Dataset, Seed
from onrecord.cli.places import GOLD, seeds_folder

if TYPE_CHECKING:
    from onrecord.dataset.perturbing.perturbed import Perturbed
    from onrecord.dataset.perturbing.probe import Pages

SeedsOption = Annotated[
    Path | None,
    typer.Option("--seeds", help="The seeds of the articles, for boilerplate; those of the corpus if left out."),
]


def perturb(
    probes: Annotated[list[str], typer.Argument(help="Probes, such as names or quotes:german; see docs/probes.md.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The dataset folder to make.")],
    gold: Dataset = GOLD,
    seeds: SeedsOption = None,
    seed: Seed = 0,
) -> None:
    """Change articles under their labels, which stay exact: a dataset like any other, with the map back in it.

    Several probes are applied one after the other, in an order of their own. The same seed gives the same bytes.
    """
    with working("perturbing"):
        found = perturbed(gold, probes, seed, seeds)
        write_perturbed(found, output)
    gone = sum(len(places) for article in found.file.articles for places in article.gone.values())
    note(f"{output}: {len(found.gold.articles)} articles, {found.gold.probe}")
    if gone:
        note(f"{gone} items are of what was taken out, and not there any more")


def perturbed(gold: Path, probes: list[str], seed: int, seeds: Path | None) -> Perturbed:
    """A dataset folder with probes applied.

    Raises:
        FaultsError: There is no such probe, the folder is not right or perturbed already, or a page is lacking.
    """
    from onrecord.dataset import read_folder
    from onrecord.dataset.perturbing.perturbed import perturb as run
    from onrecord.dataset.perturbing.probes import asked_probes
    from onrecord.dataset.publishing.folder import read_about
    from onrecord.dataset.publishing.makers import stated_provenance

    asked = asked_probes(probes)
    labelled, about = read_folder(gold), read_about(gold)
    pages = _pages(seeds_folder(seeds)) if any(each.probe.pages for each in asked) else {}
    card = gold / "README.md"
    provenance = stated_provenance(card.read_text(encoding="utf-8")) if card.is_file() else ""
    return run(labelled, about, provenance, asked, seed, pages)


def write_perturbed(found: Perturbed, output: Path) -> None:
    """Write its folder, in one step; only another perturbed dataset is replaced, and never an original.

    Raises:
        FileExistsError: Something else is there.
        FaultsError: Files of others would be lost, see :func:`onrecord.dataset.publishing.build.check_target`.
    """
    import errno

    from onrecord.dataset.perturbing.made import FILE
    from onrecord.dataset.publishing.build import write

    if output.is_dir() and any(output.iterdir()) and not (output / FILE).is_file():
        raise FileExistsError(errno.EEXIST, "is there already, and no perturbed dataset", str(output))
    write(found.build(), output)


def _pages(seeds: Path) -> Pages:
    from onrecord.dataset.perturbing.probe import Page
    from onrecord.dataset.seeds.documents import descriptions, read_seed

    found = (read_seed(path) for path in descriptions(seeds))
    return {description.id: Page(description, decoded) for description, decoded in found}
