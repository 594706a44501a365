"""``recommender questions``: the questionnaire as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recommender.cli.options import in_format, in_language, of_catalogue

if TYPE_CHECKING:
    from recommender.registry.model import Question


@click.command("questions")
@of_catalogue
@in_language
@in_format
def command(catalogue_dir: str | None, lang: str | None, output_format: str) -> None:
    """List every question with its page, kind, options and bounds."""
    from recommender.cli.output import console, grid, print_json
    from recommender.registry.document import questions_document
    from recommender.registry.load import load_registry
    from recommender.settings import load_settings
    from recommender.storage.catalogue import read_catalogue
    from recommender.workspace import vocabulary_of

    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    registry, language = load_registry(), settings.lang
    catalogue = read_catalogue(settings.catalogue_dir, registry)
    if output_format == "json":
        print_json(questions_document(registry, vocabulary_of(registry, catalogue)))
        return
    names = ("page", "id", "kind", "text", "options")
    headings = [registry.message(f"table.{name}", language) for name in names]
    rows = []
    for question in registry.questions.values():
        fast = "*" if registry.pages_by_id[question.page].fast else ""
        bounds = _bounds(question)
        options = " ".join(option.id for option in question.options) or bounds
        text = question.text.get(language)
        rows.append((question.page + fast, question.id, question.kind, text, options))
    console().print(grid(headings, rows, whole=(0, 1, 2)))


def _bounds(question: Question) -> str:
    from recommender.registry.messages import format_number

    if question.minimum is None and question.maximum is None:
        return ""
    ends = ("" if end is None else format_number(end) for end in (question.minimum, question.maximum))
    return "–".join(ends)
