"""``recommender db``: bring the database to the present schema, or say whether it is there."""

from __future__ import annotations

from contextlib import closing

import click

from recommender.cli.endings import DONE, NOTHING_FITS, Manner, tell
from recommender.cli.options import in_format, in_language


@click.group("db")
def command() -> None:
    """The database of drafts and results."""


@command.command("upgrade")
@in_format
def upgrade(output_format: str) -> None:
    """Migrate to the newest revision, under a lock; prints the revision."""
    from recommender.cli.output import print_json
    from recommender.settings import load_settings
    from recommender.storage.database import open_database
    from recommender.storage.migrate import upgrade as migrate

    settings = load_settings()
    with closing(open_database(settings.database, state_dir=settings.state_dir)) as database:
        revision = migrate(database)
    if output_format == "json":
        print_json({"revision": revision})
    else:
        click.echo(revision)


@command.command("check")
@in_language
@in_format
def check(lang: str | None, output_format: str) -> int:
    """Exit status 0 when the database is at the newest revision, with the tables of the code; else 1."""
    from recommender.cli.output import print_json
    from recommender.settings import load_settings
    from recommender.storage.database import open_database
    from recommender.storage.migrate import check as faults_of
    from recommender.storage.migrate import head

    settings = load_settings(lang=lang)
    with closing(open_database(settings.database, state_dir=settings.state_dir)) as database:
        problems = faults_of(database)
    if problems:
        tell(problems, Manner(output_format == "json", settings.lang))
        return NOTHING_FITS
    if output_format == "json":
        print_json({"revision": head()})
    else:
        click.echo(head())
    return DONE
