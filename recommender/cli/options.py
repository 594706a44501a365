"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

in_format = click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Words for people, or JSON on standard output.",
)
in_language = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, help="Language of sentences. Default: zh."
)
of_catalogue = click.option(
    "--catalogue",
    "catalogue_dir",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the catalogue. Default: RECOMMENDER_CATALOGUE_DIR.",
)
