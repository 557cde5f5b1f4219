"""``onrecord export every-eval-ever``: records as logs of Every Eval Ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.options import Dataset
from onrecord.cli.outputs import refuse_stream, say
from onrecord.cli.places import GOLD

if TYPE_CHECKING:
    from onrecord.dataset.reading.faults import Fault
    from onrecord.eval.platforms.every_eval_ever import Model
    from onrecord.eval.scoring.record import Record


class RelationshipName(StrEnum):
    """Whose the model is, seen from who evaluated it."""

    first_party = "first_party"
    third_party = "third_party"
    collaborative = "collaborative"
    other = "other"


class DeploymentName(StrEnum):
    """Who ran the model."""

    self_deployed = "self_deployed"
    externally_managed = "externally_managed"
    unknown = "unknown"


class AvailabilityName(StrEnum):
    """Whether the model's weights can be had."""

    open_weights = "open_weights"
    closed_weights = "closed_weights"
    unknown = "unknown"


def every_eval_ever(
    records: Annotated[list[Path], typer.Argument(help="Records, or folders of them, such as an entry of a board.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder that data/ is made in.")],
    date: Annotated[str, typer.Option(help="When the results are written down, YYYY-MM-DD.")],
    organization: Annotated[str, typer.Option(help="Who says so.")],
    model_id: Annotated[
        str | None, typer.Option(help="DEVELOPER/MODEL; of an entry of a board TEAM/SYSTEM if left out.")
    ] = None,
    model_name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    relationship: Annotated[
        RelationshipName, typer.Option(help="Whose the model is, seen from who evaluated it.")
    ] = RelationshipName.other,
    deployment: Annotated[DeploymentName, typer.Option(help="Who ran the model.")] = DeploymentName.unknown,
    weights: Annotated[
        AvailabilityName, typer.Option(help="Whether the model's weights can be had.")
    ] = AvailabilityName.unknown,
    dataset_id: Annotated[str | None, typer.Option(help="The dataset on the Hub, ORG/NAME.")] = None,
    revision: Annotated[str | None, typer.Option(help="The commit of the dataset's repository.")] = None,
    gold: Dataset = GOLD,
) -> None:
    """Records as logs of Every Eval Ever: every measure of the score table, with its interval."""
    from onrecord.dataset.publishing.folder import read_about
    from onrecord.dataset.reading.faults import refuse
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.platforms.every_eval_ever import ScoredOn, Told, log_file, model_faults, told_faults
    from onrecord.eval.platforms.hub import dataset_faults, date_faults
    from onrecord.eval.rendering.signature import SCORER_VERSION

    refuse_stream(output)
    told = Told(date, organization, relationship.value, deployment.value, weights.value, dataset_id, revision)
    card = read_about(gold).card
    found, faults = _found(records, model_id, model_name, _split_hashes(gold))
    options = [*told_faults(told), *date_faults(date), *dataset_faults(dataset_id, revision)]
    refuse([*options, *([] if model_id is None else model_faults(model_id)), *faults])
    for path, record, model in found:
        if record.key.scorer != SCORER_VERSION:
            note(f"{path}: of scorer {record.key.scorer}; measures that it calls otherwise are left out")
        name, raw = log_file(record, model, ScoredOn(card.name, card.version), told)
        write_atomically(output / name, raw)
        say(f"written: {output / name}")


def _found(
    paths: Sequence[Path], id: str | None, name: str | None, hashes: Mapping[str, str]
) -> tuple[list[tuple[Path, Record, Model]], list[Fault]]:
    """The records with what they are of, and everything that is wrong with them."""
    from onrecord.dataset.reading.faults import Fault, FaultsError
    from onrecord.eval.board.entries import records_in
    from onrecord.eval.platforms.every_eval_ever import record_faults

    found: list[tuple[Path, Record, Model]] = []
    faults: list[Fault] = []
    for given in paths:
        try:
            records = list(records_in([given]))
        except FaultsError as error:
            faults += error.faults
            continue
        except OSError as error:
            said = error.strerror or type(error).__name__
            faults.append(Fault("file", str(error.filename or given), None, "", said, "a record"))
            continue
        if not records:
            expected = "records, as onrecord score -o writes them into a folder"
            faults.append(Fault("file", str(given), None, "", "no record", expected))
        for path, record in records:
            faults += record_faults(str(path), record, hashes)
            model, wrong = _model(path, id, name)
            faults += wrong
            if model is not None:
                found.append((path, record, model))
    return found, faults


def _split_hashes(gold: Path) -> dict[str, str]:
    """The hash of the gold of every split, and of all."""
    from onrecord.dataset import gold_hash, read_folder

    articles = read_folder(gold).articles
    splits = dict.fromkeys(article.document.split for article in articles)
    by_split = {split: gold_hash(each for each in articles if each.document.split == split) for split in splits}
    return {**by_split, "all": gold_hash(articles)}


def _model(path: Path, id: str | None, name: str | None) -> tuple[Model | None, list[Fault]]:
    """What a record is of: as it was given, or as the entry says that it lies in."""
    from onrecord.dataset.reading.faults import Fault
    from onrecord.dataset.reading.files import resolved
    from onrecord.eval.board.entries import ABOUT, MOST_ABOUT, read_about
    from onrecord.eval.platforms.every_eval_ever import Model, model_faults
    from onrecord.eval.submission.unpacking import small_file

    if id is not None:
        return Model(id, name or id.rpartition("/")[2]), []
    folder = resolved(path).parent
    if not (folder / ABOUT).is_file():
        expected = f"a model: --model-id, or an {ABOUT} beside the record"
        return None, [Fault("model", str(path), None, "", "a record that says nothing of its system", expected)]
    raw = small_file(folder / ABOUT, MOST_ABOUT)
    about, faults = read_about(path.parent / ABOUT, raw, folder.parent.name, folder.name)
    if about is None:
        return None, faults
    model = Model(f"{about.team}/{about.system}", name or about.name)
    return model, [*faults, *model_faults(model.id, str(path.parent / ABOUT))]
