"""``recommender explain``: why this car, or why not, for one ANSWERS.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.asked import asked
from recommender.cli.endings import DONE
from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.registry.model import Registry
    from recommender.services.explain import Explained


@click.command("explain")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("config_id", metavar="CONFIG_ID")
@of_catalogue
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path,
    config_id: str,
    catalogue_dir: Path | None,
    day: str | None,
    lang: str | None,
    output_format: str,
) -> int:
    """Rank, reasons and counterfactuals of CONFIG_ID for ANSWERS.json, or the limits that it breaks."""
    from recommender.cli.output import print_json
    from recommender.services.documents_decision import explanation_document
    from recommender.services.explain import explain

    workspace, request = asked(answers, catalogue_dir, day, lang)
    found = explain(request, workspace.market, config_id, path="CONFIG_ID")
    if output_format == "json":
        print_json(explanation_document(found))
    else:
        _print(found, workspace.registry, request.lang)
    return DONE


def _print(found: Explained, registry: Registry, lang: str) -> None:
    """The car as in a list, then the sentences."""
    from recommender.cli.output import console, grid
    from recommender.cli.result_table import Words

    words = Words(registry, lang)
    names = ("rank", "car", "price", "total", "probability")
    rank = "–" if found.rank is None else str(found.rank)
    out = console()
    row = (rank, *words.row(found.item)[1:])
    out.print(grid([words.say(f"table.{name}") for name in names], [row], numbers=(0, 2, 3, 4)))
    out.print(found.why_not)
    for counterfactual in found.item.counterfactuals:
        out.print(f"  · {counterfactual.text}")
