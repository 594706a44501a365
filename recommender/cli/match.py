"""``recommender match``: who fits which unit in stock, and the pairing that serves most."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from recommender.cli.endings import BAD_INPUT, DONE, Manner, tell
from recommender.cli.options import in_format, in_language, of_catalogue
from recommender.cli.output_folder import refuse_unwritable

if TYPE_CHECKING:
    from recommender.domain.dealer import Customer, Matches, Rows, Unit
    from recommender.domain.errors import Problem
    from recommender.registry.model import Registry
    from recommender.workspace import Workspace

_TOLD = 20
"""Problems said on standard error; all of them stand in problems.csv."""


@click.command("match")
@click.option(
    "--inventory", required=True, type=click.Path(path_type=Path), help="Units in stock, CSV or TSV."
)
@click.option("--customers", required=True, type=click.Path(path_type=Path), help="Customers, CSV or TSV.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option(
    "--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Length of the lists."
)
@click.option("--skip-bad-rows", is_flag=True, help="Go on without the rows that are wrong; each is listed.")
@of_catalogue
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Default: today.")
@in_language
@in_format
def command(
    inventory: Path,
    customers: Path,
    out: Path,
    top: int,
    skip_bad_rows: bool,
    catalogue_dir: Path | None,
    day: dt.datetime | None,
    lang: str | None,
    output_format: str,
) -> int:
    """Match the units of one file with the customers of another; writes six files into the folder.

    A row that is wrong stops the match: problems.csv says what and where, nothing else is written.
    """
    from recommender.services.match import match
    from recommender.settings import load_settings
    from recommender.storage.answer_cells import AnswerCells
    from recommender.storage.customers import read_customers
    from recommender.storage.inventory import read_inventory
    from recommender.storage.match_files import refuse_overwriting, write_matches, write_problems
    from recommender.workspace import open_workspace

    started = time.perf_counter()
    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    refuse_overwriting(out, (inventory, customers))
    refuse_unwritable(out)
    workspace = open_workspace(settings, with_database=False)
    registry, today = workspace.registry, workspace.today() if day is None else day.date()
    units = read_inventory(inventory, today)
    people = read_customers(customers, AnswerCells(registry, workspace.vocabulary, today, settings.lang))
    problems = (*units.problems, *people.problems)
    manner = Manner(output_format == "json", settings.lang)
    if problems:
        _tell_some(problems, manner)
    if problems and not (skip_bad_rows and units.whole and people.whole):
        write_problems(problems, out, registry, settings.lang)
        return BAD_INPUT
    found = match(people.kept, units.kept, workspace.market, today=today, top=top, lang=settings.lang)
    summary = _summary(found, workspace, units, people)
    summary["seconds"] = round(time.perf_counter() - started, 3)
    write_matches(found, problems, summary, out, registry, settings.lang)
    _print_summary(summary, out, registry, manner)
    return DONE


def _tell_some(problems: Sequence[Problem], manner: Manner) -> None:
    from recommender.domain.errors import Problem

    rest = len(problems) - _TOLD
    more = [Problem("problems.csv", "more_problems", str(rest), {"count": rest})] if rest > 0 else []
    tell([*problems[:_TOLD], *more], manner)


def _summary(
    found: Matches, workspace: Workspace, units: Rows[Unit], people: Rows[Customer]
) -> dict[str, object]:
    refused = {"units_refused": units.refused, "customers_refused": people.refused}
    return {
        "counts": {**found.counts, **refused},
        "objective": found.objective,
        "greedy": found.greedy,
        "bound": found.bound,
        "gap": found.bound - found.objective,
        "ignored_columns": {"inventory": list(units.ignored), "customers": list(people.ignored)},
        "versions": {
            "model": workspace.market.model.artefact.version,
            "catalogue": workspace.market.catalogue.version,
            "registry": workspace.registry.fingerprint,
        },
    }


def _print_summary(summary: dict[str, object], out: Path, registry: Registry, manner: Manner) -> None:
    from recommender.cli.output import print_json

    if manner.json:
        print_json(summary)
        return
    counts = cast(Mapping[str, int], summary["counts"])
    figures = {name: f"{summary[name]:.3f}" for name in ("objective", "greedy", "bound")}
    click.echo(registry.message("match.summary", manner.lang, out=out, **counts, **figures))
