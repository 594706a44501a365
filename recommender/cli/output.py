"""What commands print on standard output: JSON, and tables for people that fit 100 columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

WIDTH = 100


def print_json(document: object) -> None:
    """One document, readable, UTF-8."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1))


def console() -> Console:
    """A console of the terminal's width, at most 100 columns; wide characters count two."""
    from rich.console import Console

    found = Console(highlight=False, emoji=False, markup=False, soft_wrap=False)
    found.width = min(found.width, WIDTH) if found.is_terminal else WIDTH
    return found


def grid(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> Table:
    """A plain table; ``numbers`` are set to the right; these columns and those in ``whole`` never wrap."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        justify: JustifyMethod = "right" if place in numbers else "left"
        kept = place in numbers or place in whole
        table.add_column(Text(heading), justify=justify, no_wrap=kept, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
