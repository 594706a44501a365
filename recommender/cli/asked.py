"""What the commands about named cars share: answers and flags in, a workspace and the parsed request out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.domain.buyer import Request
    from recommender.workspace import Workspace


def asked(
    answers: Path, catalogue_dir: Path | None, day: str | None, lang: str | None
) -> tuple[Workspace, Request]:
    """Open a workspace without a database and parse ANSWERS.json; a flag wins over the key of the file.

    Raises Rejected with every problem.
    """
    from recommender.cli.recommend import read_request
    from recommender.settings import load_settings
    from recommender.workspace import open_workspace

    raw = read_request(answers)
    workspace = open_workspace(load_settings(catalogue_dir=catalogue_dir), with_database=False)
    flags = {"date": day, "lang": lang}
    return workspace, workspace.parse(raw, {key: value for key, value in flags.items() if value is not None})
