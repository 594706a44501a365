"""``recommender configure``: one trim for one person, option by option."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.asked import asked
from recommender.cli.endings import DONE, NOTHING_FITS
from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.registry.model import Registry
    from recommender.services.configure import Configuration


@click.command("configure")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("trim_id", metavar="TRIM_ID")
@of_catalogue
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path,
    trim_id: str,
    catalogue_dir: Path | None,
    day: str | None,
    lang: str | None,
    output_format: str,
) -> int:
    """Best build of TRIM_ID for ANSWERS.json, the state of every option, and what each step of price buys."""
    from recommender.cli.output import print_json
    from recommender.services.configure import configuration_document, configure

    workspace, request = asked(answers, catalogue_dir, day, lang)
    found = configure(request, workspace.market, trim_id)
    if output_format == "json":
        print_json(configuration_document(found))
    else:
        _print(found, workspace.registry, request.lang)
    return NOTHING_FITS if found.best is None else DONE


def _print(found: Configuration, registry: Registry, lang: str) -> None:
    """The build, its options and the ladder in 100 columns."""
    from recommender.cli.output import console, grid
    from recommender.registry.messages import format_value

    def money(value: int | None) -> str:
        return format_value(registry.attributes["price_cny"], value, lang)

    def say(sentence: str) -> str:
        return registry.message(f"configure.table_{sentence}", lang)

    out = console()
    if found.best is None:
        out.print(say("none"))
    else:
        best = found.best
        out.print(f"{best.brand} {best.model} {best.trim}  {best.config_id}  {money(best.total_price_cny)}")
    lines = [(line.name, say(line.state), money(line.price_cny), line.reason) for line in found.options]
    out.print(
        grid([say("option"), say("state"), say("price"), say("reason")], lines, numbers=(2,), whole=(1,))
    )
    rungs = [(rung.config_id, money(rung.total_price_cny), f"{rung.utility:.3f}") for rung in found.ladder]
    if rungs:
        out.print(grid([say("build"), say("total"), say("utility")], rungs, numbers=(1, 2)))
