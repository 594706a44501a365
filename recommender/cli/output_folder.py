"""A folder that a command is to write into, looked at before the work begins."""

from __future__ import annotations

import os
from pathlib import Path


def refuse_unwritable(folder: Path) -> None:
    """Raise Rejected (out_not_a_folder, folder_not_writable) unless files can be written into ``folder``.

    The folder need not exist; nothing is made here.
    """
    from recommender.domain.errors import Problem, Rejected

    try:
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not nearest.is_dir():
            raise Rejected([Problem(str(folder), "out_not_a_folder", str(nearest))])
        detail = "" if os.access(nearest, os.W_OK | os.X_OK) else str(nearest)
    except OSError as error:  # a name too long, a loop of links
        detail = error.strerror or type(error).__name__
    if detail:
        raise Rejected([Problem(str(folder), "folder_not_writable", params={"detail": detail})])
