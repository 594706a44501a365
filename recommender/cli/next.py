"""``recommender next``: answers to open questions that would change the first three, for one ANSWERS.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.asked import asked
from recommender.cli.endings import DONE
from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.registry.model import Registry
    from recommender.services.next_answers import NextAnswer


@click.command("next")
@click.argument("answers", metavar="ANSWERS.json", type=click.Path(path_type=Path, allow_dash=True))
@of_catalogue
@click.option("--date", "day", default=None, metavar="YYYY-MM-DD", help="Day for tax and subsidies.")
@in_language
@in_format
def command(
    answers: Path, catalogue_dir: Path | None, day: str | None, lang: str | None, output_format: str
) -> int:
    """Which answers to open questions of ANSWERS.json would change the first three, and to what."""
    from recommender.cli.output import print_json
    from recommender.services.documents_decision import next_answers_document
    from recommender.services.next_answers import next_answers

    workspace, request = asked(answers, catalogue_dir, day, lang)
    found = next_answers(request, workspace.market)
    if output_format == "json":
        print_json(next_answers_document(found))
    else:
        _print(found, workspace.registry, request.lang)
    return DONE


def _print(found: tuple[NextAnswer, ...], registry: Registry, lang: str) -> None:
    """One sentence an answer, with the id under which it is given in ANSWERS.json."""
    from recommender.cli.output import console, grid

    if not found:
        console().print(registry.message("next_answer.none", lang))
        return
    headings = [registry.message(f"next_answer.table_{name}", lang) for name in ("question", "change")]
    console().print(grid(headings, [(one.question, one.text) for one in found], whole=(0,)))
