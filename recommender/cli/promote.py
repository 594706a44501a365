"""``recommender promote``: make one trained model the current one."""

from __future__ import annotations

import click


@click.command("promote")
@click.argument("version")
def command(version: str) -> None:
    """Make VERSION of models/ current, after checking it whole. Prints the version."""
    from recommender.registry.load import load_registry
    from recommender.settings import load_settings
    from recommender.storage.artefacts import promote

    promote(load_settings().models_dir, version, load_registry())
    click.echo(version)
