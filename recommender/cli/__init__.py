"""The command line. One file a command: a module here that defines ``command`` is found by its name."""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys
from collections.abc import Sequence

import click

from recommender.cli.endings import ended
from recommender.cli.options import FORMATS


class CommandFolder(click.Group):
    """Commands are the modules of this package that define ``command``, loaded when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = sorted(module.name for module in pkgutil.iter_modules(__path__))
        return [name for name in names if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in {module.name for module in pkgutil.iter_modules(__path__)}:
            return None
        found = getattr(importlib.import_module(f"{__name__}.{cmd_name}"), "command", None)
        return found if isinstance(found, click.Command) else None


@click.group(
    cls=CommandFolder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="recommender", prog_name="recommender")
@click.option("--format", "output_format", type=FORMATS, default=None, hidden=True)
def group(output_format: str | None) -> None:
    """Recommend configured new-energy cars, with reasons that add up.

    Exit status: 0 done, 1 nothing fits or a check found faults, 2 bad input or usage, 3 a fault of ours.
    Settings come from the environment (RECOMMENDER_...); see the README.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit status. Raises nothing but SystemExit of a server's worker."""
    return ended(
        arguments,
        lambda: group.main(list(arguments), prog_name="recommender", standalone_mode=False),
    )


def main() -> None:
    """Entry point of the ``recommender`` command."""
    for stream in (sys.stdout, sys.stderr):
        # JSON is UTF-8 whatever the locale; a terminal that cannot show a character gets a question mark.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    sys.exit(run(sys.argv[1:]))
