"""``recommender recommend``: ranked configurations for one ANSWERS.json, or what to change when none fits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from recommender.cli.dealer_units import recommend_with_units
from recommender.cli.endings import DONE, NOTHING_FITS, Manner
from recommender.cli.options import in_format, in_language, of_catalogue

_MOST_BYTES = 1_000_001
"""One more than a request may have: enough for the parser to refuse it."""


@click.command("recommend")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--top", type=int, default=None, help="How many configurations. Default: 5.")
@of_catalogue
@click.option("--inventory", type=click.Path(path_type=Path), default=None, help="Dealer units that compete.")
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path,
    top: int | None,
    catalogue_dir: Path | None,
    inventory: Path | None,
    day: str | None,
    lang: str | None,
    output_format: str,
) -> int:
    """Rank configurations for ANSWERS.json ("-" reads standard input). Flags win over keys of the file."""
    from recommender.cli.output import print_json
    from recommender.cli.result_table import print_recommendation
    from recommender.services.documents import recommendation_document
    from recommender.settings import load_settings
    from recommender.workspace import open_workspace

    raw = read_request(answers)
    settings = load_settings(catalogue_dir=catalogue_dir)
    workspace = open_workspace(settings, with_database=False)
    flags = {"top": top, "date": day, "lang": lang}
    overrides = {key: value for key, value in flags.items() if value is not None}
    request = workspace.parse(raw, overrides)
    manner = Manner(output_format == "json", request.lang)
    if inventory is None:
        found = workspace.answer(request)
    else:
        found = recommend_with_units(request, workspace, inventory, manner)
    if output_format == "json":
        print_json(recommendation_document(found))
    else:
        print_recommendation(found, workspace.registry, request.lang)
    return DONE if found.items else NOTHING_FITS


def read_request(path: Path) -> bytes:
    """The bytes of a request file, at most one more than may be. Raises Rejected (file_unreadable)."""
    from recommender.domain.errors import Problem, Rejected

    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(_MOST_BYTES)
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        problem = Problem(str(path), "file_unreadable", params={"detail": error.strerror or str(error)})
        raise Rejected([problem]) from error
