"""``recommender pair``: the two cars whose choice would improve the list of one ANSWERS.json most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.asked import asked
from recommender.cli.beside import IN_NAME, named
from recommender.cli.endings import DONE
from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.registry.model import Registry
    from recommender.services.trade_offs import NextPair


@click.command("pair")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@of_catalogue
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path, catalogue_dir: Path | None, day: str | None, lang: str | None, output_format: str
) -> int:
    """Two configurations to choose between; the choice goes into `trade_offs` of ANSWERS.json."""
    from recommender.cli.output import print_json
    from recommender.services.documents_decision import trade_off_document
    from recommender.services.trade_offs import next_pair

    workspace, request = asked(answers, catalogue_dir, day, lang)
    found = next_pair(request, workspace.market)
    if output_format == "json":
        print_json(trade_off_document(found))
    else:
        _print(found, workspace.registry, request.lang)
    return DONE


def _print(found: NextPair, registry: Registry, lang: str) -> None:
    """The two cars, then one line a difference, what matters most first."""
    from recommender.cli.output import console, grid
    from recommender.registry.messages import format_value

    if not found.pair:
        console().print(registry.message(f"next_pair.{found.stop}", lang))
        return
    out = console()
    for letter, item in zip("AB", found.pair, strict=True):
        out.print(named(letter, item))
    headings = [registry.message("next_pair.attribute", lang), "A", "B"]
    rows = []
    for difference in found.differences:
        if difference.attribute in IN_NAME:
            continue
        attribute = registry.attributes[difference.attribute]
        values = (format_value(attribute, value, lang) for value in difference.values)
        rows.append((attribute.label.get(lang), *values))
    out.print(grid(headings, rows, whole=(0,)))
