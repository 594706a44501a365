"""``recommender questions``: the questionnaire as data."""

from __future__ import annotations

import click

from recommender.cli.options import in_format, in_language, of_catalogue


@click.command("questions")
@of_catalogue
@in_language
@in_format
def command(catalogue_dir: str | None, lang: str | None, output_format: str) -> None:
    """List every question with its page, kind, options and bounds."""
    from recommender.cli.output import console, grid, print_json
    from recommender.registry.document import questions_document
    from recommender.settings import load_settings
    from recommender.workspace import open_workspace

    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    workspace = open_workspace(settings, with_database=False)
    if output_format == "json":
        print_json(questions_document(workspace.registry, workspace.vocabulary))
        return
    registry, language = workspace.registry, settings.lang
    names = ("page", "id", "kind", "text", "options")
    headings = [registry.message(f"table.{name}", language) for name in names]
    rows = []
    for question in registry.questions.values():
        fast = "*" if registry.pages_by_id[question.page].fast else ""
        bounds = "" if question.minimum is None else f"{question.minimum:g}–{question.maximum:g}"
        options = " ".join(option.id for option in question.options) or bounds
        text = question.text.get(language)
        rows.append((question.page + fast, question.id, question.kind, text, options))
    console().print(grid(headings, rows))
