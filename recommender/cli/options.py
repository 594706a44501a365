"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click


def _format_before_the_command() -> str:
    """``recommender --format json questions`` means the same as ``recommender questions --format json``."""
    return str(click.get_current_context().find_root().params.get("output_format") or "table")


FORMATS = click.Choice(["table", "json"])
in_format = click.option(
    "--format",
    "output_format",
    type=FORMATS,
    default=_format_before_the_command,
    show_default="table",
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
