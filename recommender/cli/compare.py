"""``recommender compare``: two to four configurations side by side for one ANSWERS.json."""

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
    from recommender.services.compare import Comparison

_BEST = "★"


@click.command("compare")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("config_ids", metavar="CONFIG_ID...", nargs=-1, required=True)
@of_catalogue
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path,
    config_ids: tuple[str, ...],
    catalogue_dir: Path | None,
    day: str | None,
    lang: str | None,
    output_format: str,
) -> int:
    """Two to four configurations for ANSWERS.json: what differs, what matters most to this person first."""
    from recommender.cli.output import print_json
    from recommender.services.compare import compare
    from recommender.services.documents_decision import comparison_document

    workspace, request = asked(answers, catalogue_dir, day, lang)
    found = compare(request, workspace.market, config_ids, path="CONFIG_ID")
    if output_format == "json":
        print_json(comparison_document(found))
    else:
        _print(found, workspace.registry, request.lang)
    return DONE


def _print(found: Comparison, registry: Registry, lang: str) -> None:
    """The cars with their ranks, then one line a difference; a star marks the best for this person."""
    from recommender.cli.output import console, grid
    from recommender.registry.messages import format_value

    out = console()
    items = [explained.item for explained in found.configurations]
    for letter, explained in zip("ABCD", found.configurations, strict=False):
        out.print(named(letter, explained.item))
        out.print(f"   {explained.why_not}")
    lines = []
    for difference in found.differences:
        if difference.attribute in IN_NAME:
            continue
        attribute = registry.attributes[difference.attribute]
        cells = [
            format_value(attribute, value, lang) + (f" {_BEST}" if item.config_id in difference.best else "")
            for item, value in zip(items, difference.values, strict=True)
        ]
        lines.append((attribute.label.get(lang), *cells))
    out.print(grid(["", *"ABCD"[: len(items)]], lines))
