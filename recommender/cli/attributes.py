"""``recommender attributes``: what is known of cars, as data."""

from __future__ import annotations

import click

from recommender.cli.options import in_format, in_language, of_catalogue


@click.command("attributes")
@of_catalogue
@in_language
@in_format
def command(catalogue_dir: str | None, lang: str | None, output_format: str) -> None:
    """List every attribute with its unit, levels and the share of trims where it is known."""
    from recommender.cli.output import console, grid, print_json
    from recommender.registry.document import attributes_document
    from recommender.settings import load_settings
    from recommender.workspace import open_workspace

    settings = load_settings(catalogue_dir=catalogue_dir, lang=lang)
    workspace = open_workspace(settings, with_database=False)
    coverage = workspace.market.coverage
    if output_format == "json":
        print_json(attributes_document(workspace.registry, coverage, workspace.vocabulary.catalogue_levels))
        return
    registry, language = workspace.registry, settings.lang
    names = ("id", "label", "kind", "unit", "levels", "known")
    headings = [registry.message(f"table.{name}", language) for name in names]
    rows = [
        (
            attribute.id,
            attribute.label.get(language),
            attribute.kind,
            attribute.unit,
            " ".join(attribute.level_ids),
            f"{100 * coverage[attribute.id]:.0f} %",
        )
        for attribute in registry.attributes.values()
    ]
    console().print(grid(headings, rows, numbers=(5,), whole=(0,)))
