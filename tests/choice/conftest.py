"""The public protocol script, where the public choice data are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def protocol(choice_data_dir: Path) -> ModuleType:
    """``choice_protocol.py``; for tests marked `choice_data`."""
    spec = importlib.util.spec_from_file_location("choice_protocol", choice_data_dir / "choice_protocol.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
