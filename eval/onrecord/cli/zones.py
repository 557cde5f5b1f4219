"""``onrecord zones``: what the parts of a seed are, shown and changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.outputs import say
from onrecord.cli.places import seeds_folder

if TYPE_CHECKING:
    from onrecord.dataset.seeds.documents import SeedDescription

Places = list[str] | None
_PLACE = "line:3, line:3-5, caption:2, words:2:TEXT or the words themselves"


def _option(kind: str, what: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(f"--{kind}", metavar="PLACE", help=what)
    return info


def zones(
    id: Annotated[str, typer.Argument(help="Of the article, or how no other begins: seeds/ID.json.")],
    seeds: Annotated[Path | None, typer.Option(help="Folder of the seeds; seeds in the corpus if left out.")] = None,
    title: Annotated[Places, _option("title", f"Make this a title. A place is {_PLACE}.")] = None,
    dek: Annotated[Places, _option("dek", "Make this the text below the title.")] = None,
    byline: Annotated[Places, _option("byline", "Make this an author, an agency's credit.")] = None,
    dateline: Annotated[Places, _option("dateline", "Make this a date or a place and date: a byline, too.")] = None,
    body: Annotated[Places, _option("body", "Make this body.")] = None,
    caption: Annotated[Places, _option("caption", "Make this a caption.")] = None,
    pullquote: Annotated[Places, _option("pullquote", "Make this a pull quote.")] = None,
    credit: Annotated[Places, _option("credit", "Make this the credit of a photograph.")] = None,
    nav: Annotated[Places, _option("nav", "Take this out: of the page around the article.")] = None,
    related: Annotated[Places, _option("related", "Take this out: of other articles.")] = None,
    legal: Annotated[Places, _option("legal", "Take this out: terms, copyright.")] = None,
    repeat: Annotated[Places, _option("repeat", "Take this out: a second print.")] = None,
    remove: Annotated[Places, _option("remove", "Take this out; the same as --nav.")] = None,
    published: Annotated[str | None, typer.Option(help="The day of publication, or none.")] = None,
    published_source: Annotated[str | None, typer.Option(help="Who says so: byline, header or inferred.")] = None,
    published_reason: Annotated[str | None, typer.Option(help="How one knows.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Show every line, with its number.")] = False,
) -> None:
    """Show the zones of a seed, or change some without counting characters; everything else stays as it is."""
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.dataset.reading.staging import sweep
    from onrecord.dataset.seeds.documents import description_json, layout, read_seed
    from onrecord.dataset.seeds.zoning import Edit, Publication, rezone

    path = _description(seeds_folder(seeds), id)
    description, decoded = read_seed(path)
    asked = {
        "title": title,
        "dek": dek,
        "byline": byline,
        "dateline": dateline,
        "body": body,
        "caption": caption,
        "pullquote": pullquote,
        "credit": credit,
        "nav": nav,
        "related": related,
        "legal": legal,
        "repeat": repeat,
        "remove": remove,
    }
    kinds = {"dateline": "byline", "remove": "nav"}
    edits = [Edit(kinds.get(name, name), place, f"--{name}") for name, given in asked.items() for place in given or ()]  # type: ignore[arg-type]
    new = rezone(description, decoded, str(path), edits, Publication(published, published_source, published_reason))
    sweep(path)
    if new != description:
        write_atomically(path, description_json(new))
        if layout(decoded, new.zones)[0] != layout(decoded, description.zones)[0]:
            note("the text is another one now: what was pushed, labelled or predicted before does not fit it")
    _show(new, decoded, lines)


def _description(seeds: Path, id: str) -> Path:
    """The description of an article, of whose id the beginning will do if no other begins so."""
    from onrecord.dataset.reading.faults import Fault, FaultsError, nearest, show
    from onrecord.dataset.seeds.documents import descriptions

    there = {path.stem: path for path in descriptions(seeds)}
    meant = [id] if id in there else [each for each in there if id and each.startswith(id)]
    if len(meant) == 1:
        return there[meant[0]]
    hint = f"one of {', '.join(meant[:6])}" if meant else nearest(id, there)
    if not there:
        hint = "make one with: onrecord ingest FILE"
    raise FaultsError([Fault("file", str(seeds), None, "", show(id), "the id of an article that is there", hint)])


def _show(description: SeedDescription, decoded: str, every_line: bool) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.dataset.seeds.zoning import list_lines, list_zones

    if every_line:
        for number, kinds, text in list_lines(description, decoded):
            say(f"{number:5}  {kinds:12}  {show(text, 100)}")
        return
    titles = 0
    for each in list_zones(description, decoded):
        lines = f"{each.first_line}" if each.first_line == each.last_line else f"{each.first_line}-{each.last_line}"
        zone = each.zone
        titles += zone.kind == "title"
        say(f"{each.name:12} lines {lines:9} {zone.start:6}-{zone.end:<6} {show(zone.opens)}")
    said = f" ({description.published_source})" if description.published_source else ""
    say(f"published {description.published or 'unknown'}{said}: {show(description.published_reason)}")
    if titles != 1:
        note(f"look: {titles} titles")
