"""``recommender calibrate``: what the sales of model lines add to a preference model."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.cli.options import in_format, in_language, of_catalogue


@click.command("calibrate")
@click.argument("sales", metavar="SALES.csv", type=click.Path(path_type=Path))
@click.option(
    "--people", type=click.IntRange(50, 5000), default=600, show_default=True, help="Synthetic buyers."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--source", default="", help="Where the sales come from; stands in the model as its citation.")
@of_catalogue
@in_language
@in_format
def command(
    sales: Path,
    people: int,
    seed: int,
    source: str,
    catalogue_dir: Path | None,
    lang: str | None,
    output_format: str,
) -> None:
    """Shift the evidence model towards the sales of SALES.csv (model_id, units); prints the new version.

    Part-worths move only if simulated shares then come nearer to sales of lines left out; else the version
    holds them as they were and says so in its card. What serves stays until `recommender promote VERSION`.
    """
    from recommender.cli.output import print_json
    from recommender.registry.load import load_registry
    from recommender.services.train import prior_market
    from recommender.services.train_market import calibrate
    from recommender.settings import load_settings
    from recommender.storage.artefacts import write_artefact
    from recommender.storage.catalogue import read_catalogue
    from recommender.storage.sales import read_sales
    from recommender.workspace import CHINA, utc_now

    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    registry = load_registry()
    catalogue = read_catalogue(settings.catalogue_dir, registry)
    sold = read_sales(sales, catalogue.models)
    market = prior_market(registry, catalogue)
    today = utc_now().astimezone(CHINA).date()
    artefact = calibrate(market, sold, people=people, today=today, seed=seed, source=source or sales.name)
    write_artefact(artefact, settings.models_dir)
    if output_format == "json":
        print_json({"version": artefact.version, **artefact.metrics})
    else:
        click.echo(artefact.version)
