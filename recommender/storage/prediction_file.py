"""The file of predictions of an evaluation."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

COLUMNS = ("protocol", "person_id", "task", "alt", "prob", "model")


class Predicted(Protocol):
    """A row: what was asked and the probability given to it."""

    @property
    def protocol(self) -> str: ...
    @property
    def person_id(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def prob(self) -> float: ...
    @property
    def model(self) -> str: ...


def write_predictions(path: Path, rows: Iterable[Predicted]) -> None:
    """Write UTF-8 CSV, whole or not at all; probabilities keep every digit. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row in rows:
                writer.writerow((row.protocol, row.person_id, row.task, row.alt, repr(row.prob), row.model))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
