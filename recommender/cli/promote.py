"""``recommender promote``: make one trained model the current one."""

from __future__ import annotations

import click

from recommender.cli.options import in_format, in_language


@click.command("promote")
@click.argument("version")
@in_language
@in_format
def command(version: str, lang: str | None, output_format: str) -> None:
    """Make VERSION of models/ current, after checking it whole. Prints the version."""
    from recommender.cli.output import print_json
    from recommender.registry.load import load_registry
    from recommender.settings import load_settings
    from recommender.storage.artefacts import promote

    promote(load_settings(lang=lang).models_dir, version, load_registry())
    if output_format == "json":
        print_json({"version": version})
    else:
        click.echo(version)
