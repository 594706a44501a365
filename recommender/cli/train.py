"""``recommender train``: fit a preference model to a survey."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.cli.options import in_format, in_language, of_catalogue


@click.command("train")
@click.argument("survey", metavar="SURVEY.csv", type=click.Path(path_type=Path))
@click.option("--people", type=click.Path(path_type=Path), default=None, help="Answers, one row a person.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Splits the people.")
@of_catalogue
@in_language
@in_format
def command(
    survey: Path,
    people: Path | None,
    seed: int,
    catalogue_dir: Path | None,
    lang: str | None,
    output_format: str,
) -> None:
    """Fit a model to the choices of SURVEY.csv and write it to models/; prints its version.

    The model that serves stays as it is until `recommender promote VERSION`.
    """
    from recommender.cli.output import print_json
    from recommender.registry.load import load_registry
    from recommender.services.train import prior_market, train
    from recommender.settings import load_settings
    from recommender.storage.answer_cells import AnswerCells
    from recommender.storage.artefacts import write_artefact
    from recommender.storage.catalogue import read_catalogue
    from recommender.storage.survey import read_survey
    from recommender.workspace import CHINA, utc_now

    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    registry = load_registry()
    market = prior_market(registry, read_catalogue(settings.catalogue_dir, registry))
    cells = AnswerCells(registry, market.vocabulary, utc_now().astimezone(CHINA).date())
    artefact = train(read_survey(survey, people, cells), market, seed=seed)
    write_artefact(artefact, settings.models_dir)
    if output_format == "json":
        print_json({"version": artefact.version, **artefact.metrics})
    else:
        click.echo(artefact.version)
