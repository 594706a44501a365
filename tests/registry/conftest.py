"""Registries, loaded once: they are frozen."""

from __future__ import annotations

import pytest

from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from tests.registry.small import SMALL


@pytest.fixture(scope="session")
def small() -> Registry:
    return load_registry(SMALL)


@pytest.fixture(scope="session")
def shipped() -> Registry:
    return load_registry()
