"""``recommender catalogue``: check a folder of cars, build one from a folder of facts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.endings import DONE, NOTHING_FITS, Manner, tell
from recommender.cli.options import in_format, in_language
from recommender.cli.output_folder import refuse_unwritable

if TYPE_CHECKING:
    from recommender.domain.errors import Problem
    from recommender.registry.model import Registry


_AHEAD = dt.timedelta(days=731)
"""A source may be of a later day than the clock of this machine, but not of another decade."""


@click.group("catalogue")
def command() -> None:
    """Check or build the folder of cars."""


@command.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@in_language
@in_format
def check(folder: Path, lang: str | None, output_format: str) -> int:
    """Name every fault of the catalogue in DIR: file, row, column. Exit status 1 when there is one."""
    from recommender.cli.output import print_json
    from recommender.domain.errors import Problem, Rejected
    from recommender.registry.load import load_registry
    from recommender.settings import load_settings

    if not folder.is_dir():
        raise Rejected([Problem(str(folder), "folder_missing")])
    language = load_settings(lang=lang).lang
    registry = load_registry()
    problems = _problems(folder, registry)
    if output_format == "json":
        print_json({"folder": str(folder), "problems": len(problems)})
    else:
        click.echo(registry.message("table.checked", language, folder=folder, count=len(problems)))
    if problems:
        tell(problems, Manner(output_format == "json", language))
    return NOTHING_FITS if problems else DONE


def _problems(folder: Path, registry: Registry) -> tuple[Problem, ...]:
    """Faults of the files; when they can be read, those of the options' rules."""
    from recommender.domain.errors import Rejected
    from recommender.services.configure import catalogue_problems
    from recommender.storage.catalogue import read_catalogue
    from recommender.workspace import utc_now

    try:
        return catalogue_problems(read_catalogue(folder, registry, utc_now().date() + _AHEAD))
    except Rejected as refusal:
        return refusal.problems


@command.command("import")
@click.argument("facts", metavar="FACTS_DIR", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--shipped", is_flag=True, help="Only the cars of the project's own catalogue.")
@in_format
def import_(facts: Path, out: Path, shipped: bool, output_format: str) -> None:
    """Build a catalogue of all fact rows of FACTS_DIR; trim ids are kept."""
    from recommender.cli.output import print_json
    from recommender.domain.errors import Problem, Rejected
    from recommender.registry.load import load_registry
    from recommender.storage.catalogue import write_catalogue
    from recommender.storage.facts import import_facts

    if not facts.is_dir():
        raise Rejected([Problem(str(facts), "folder_missing")])
    if out.resolve() == facts.resolve():
        raise Rejected([Problem(str(out), "would_overwrite")])
    refuse_unwritable(out)
    catalogue = import_facts(facts, load_registry(), shipped=shipped)
    version = write_catalogue(catalogue, out)
    counts = {"trims": len(catalogue.trims), "lines": len(catalogue.models)}
    if output_format == "json":
        print_json({"folder": str(out), **counts, "catalogue_version": version})
    else:
        click.echo(f"{out}: {counts['trims']} trims, {counts['lines']} lines, {version}")
