"""``recommender simulate``: sample files for trying out matching and training, without any real person."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from recommender.cli.options import of_catalogue
from recommender.cli.output_folder import refuse_unwritable

SAMPLE_DAY = "2026-11-22"


@click.command("simulate")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option(
    "--people", type=click.IntRange(1, 100_000), default=120, show_default=True, help="In the survey."
)
@click.option("--tasks", type=click.IntRange(1, 50), default=8, show_default=True, help="Choices a person.")
@click.option("--customers", type=click.IntRange(0, 100_000), default=60, show_default=True)
@click.option("--units", type=click.IntRange(0, 100_000), default=60, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), default=SAMPLE_DAY, show_default=True)
@of_catalogue
def command(
    out: Path,
    people: int,
    tasks: int,
    customers: int,
    units: int,
    seed: int,
    day: dt.datetime,
    catalogue_dir: Path | None,
) -> None:
    """Write survey.csv, customers.csv and inventory.csv: invented people, real trims, invented stock.

    The same seed, registry and catalogue give the same files.
    """
    from recommender.registry.load import load_registry
    from recommender.services.simulate import simulate_customers, simulate_inventory, simulate_survey
    from recommender.services.train import prior_market
    from recommender.settings import load_settings
    from recommender.storage.catalogue import read_catalogue
    from recommender.storage.sample_files import write_samples

    refuse_unwritable(out)
    settings = load_settings(catalogue_dir=catalogue_dir)
    registry = load_registry()
    market = prior_market(registry, read_catalogue(settings.catalogue_dir, registry))
    today = day.date()
    survey = simulate_survey(market, people=people, tasks=tasks, alternatives=3, today=today, seed=seed)
    asked = simulate_customers(market, count=customers, today=today, seed=seed)
    stock = simulate_inventory(market, count=units, today=today, seed=seed)
    write_samples(out, survey, asked, stock, registry)
    click.echo(out)
