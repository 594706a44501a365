"""A program to run: a folder of its own, the shipped catalogue, a model of the present registry."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from recommender.cli import run
from tests.needs import ROOT

ANSWERS = ROOT / "data" / "sample" / "answers" / "families_hefei_six.json"


@dataclass(frozen=True)
class Ended:
    """How one command ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """The command line in this process, with an environment of its own."""

    environment: Mapping[str, str]
    folder: Path

    def __call__(self, *arguments: str, stdin: str | None = None, **variables: str) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("RECOMMENDER_")]:
                patch.delenv(name)
            for name, value in {**self.environment, **variables}.items():
                patch.setenv(name, value)
            if stdin is not None:
                patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8"))))
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = run(arguments)
        ended = Ended(status, out.getvalue(), err.getvalue())
        assert "Traceback" not in ended.out + ended.err
        return ended


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder whose current model fits the present registry and catalogue."""
    folder = tmp_path_factory.mktemp("models")
    state = tmp_path_factory.mktemp("state")
    program = Program(_environment(folder, state), state)
    ended = program("prior")
    assert ended.status == 0, ended.err
    return folder


@pytest.fixture
def program(models: Path, tmp_path: Path) -> Program:
    return Program(_environment(models, tmp_path), tmp_path)


def _environment(models: Path, state: Path) -> dict[str, str]:
    return {
        "RECOMMENDER_MODELS_DIR": str(models),
        "RECOMMENDER_STATE_DIR": str(state / "var"),
        "RECOMMENDER_CATALOGUE_DIR": str(ROOT / "data" / "catalogue"),
    }
