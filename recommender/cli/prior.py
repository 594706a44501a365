"""``recommender prior``: build the evidence model from registry and catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from recommender.cli.options import of_catalogue


@click.command("prior")
@of_catalogue
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def command(catalogue_dir: Path | None, seed: int) -> None:
    """Build the evidence model of the present registry and catalogue and make it current.

    Prints its version, which names its content. An evidence model that was current before is removed: it can
    be built again from its registry and catalogue; trained models stay.
    """
    from recommender.domain.errors import Rejected
    from recommender.registry.load import load_registry
    from recommender.services.evidence_artefact import evidence_artefact
    from recommender.settings import load_settings
    from recommender.storage.artefacts import current_version, promote, write_artefact
    from recommender.storage.catalogue import read_catalogue

    settings = load_settings(catalogue_dir=catalogue_dir)
    registry = load_registry()
    artefact = evidence_artefact(registry, read_catalogue(settings.catalogue_dir, registry), seed)
    try:
        before = current_version(settings.models_dir)
    except Rejected:
        before = ""  # none yet, or a broken pointer: promoting writes a sound one
    write_artefact(artefact, settings.models_dir)
    promote(settings.models_dir, artefact.version, registry)
    if before.startswith("evidence-") and before != artefact.version:
        shutil.rmtree(settings.models_dir / "preference" / before, ignore_errors=True)
    click.echo(artefact.version)
