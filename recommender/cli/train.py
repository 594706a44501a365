"""``recommender train``: fit a preference model to a survey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.domain.survey import FieldChoice
    from recommender.settings import Settings


@click.command("train")
@click.argument("survey", metavar="[SURVEY.csv]", required=False, type=click.Path(path_type=Path))
@click.option("--people", type=click.Path(path_type=Path), default=None, help="Answers, one row a person.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Splits the people.")
@click.option(
    "--field-choices/--no-field-choices",
    "use_field",
    default=True,
    show_default=True,
    help="Learn from the choices that people on the pages allowed to be kept.",
)
@of_catalogue
@in_language
@in_format
def command(
    survey: Path | None,
    people: Path | None,
    seed: int,
    use_field: bool,
    catalogue_dir: Path | None,
    lang: str | None,
    output_format: str,
) -> None:
    """Fit a model to the choices of SURVEY.csv, those kept from the pages, or both; write it to models/ and
    print its version.

    The model that serves stays as it is until `recommender promote VERSION`.
    """
    from recommender.cli.output import print_json
    from recommender.domain.survey import Survey
    from recommender.registry.load import load_registry
    from recommender.services.field_choices import with_field_choices
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
    told = Survey((), "") if survey is None else read_survey(survey, people, cells)
    if use_field:
        told = with_field_choices(told, _field_choices(settings), market)
    artefact = train(told, market, seed=seed)
    write_artefact(artefact, settings.models_dir)
    if output_format == "json":
        print_json({"version": artefact.version, **artefact.metrics})
    else:
        click.echo(artefact.version)


def _field_choices(settings: Settings) -> tuple[FieldChoice, ...]:
    """The kept choices; none where no database has been made yet. Raises DatabaseError when it is there but
    cannot be read."""
    from recommender.storage.database import open_database
    from recommender.storage.stored import DatabaseError

    database = open_database(settings.database, state_dir=settings.state_dir)
    try:
        return database.field_choices.all()
    except DatabaseError as error:
        if error.problem.code != "database_not_ready":
            raise
        return ()
    finally:
        database.close()
