"""The shipped model is what the registry and the shipped catalogue make, and its version names its
content.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.cli import run
from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.services.evidence_artefact import content_hash, evidence_artefact
from recommender.storage.artefacts import current_version, read_artefact, versions, write_artefact
from recommender.storage.catalogue import read_catalogue
from tests.builders import CARS, make_catalogue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def test_the_shipped_model_is_built_from_registry_and_catalogue(registry: Registry) -> None:
    made = evidence_artefact(registry, read_catalogue(ROOT / "data" / "catalogue", registry))
    shipped = read_artefact(ROOT / "models", registry)
    remedy = "run: recommender prior"
    assert shipped.version == made.version, remedy
    assert shipped.columns[0].attribute == made.columns[0].attribute, remedy
    np.testing.assert_array_equal(shipped.means, made.means, err_msg=remedy)
    np.testing.assert_array_equal(shipped.sds, made.sds, err_msg=remedy)
    assert shipped.card == made.card, remedy


def test_only_one_evidence_model_is_shipped() -> None:
    assert [v for v in versions(ROOT / "models") if v.startswith("evidence-")] == [
        current_version(ROOT / "models")
    ]


def test_the_model_reads_back_as_it_was_written(registry: Registry, tmp_path: Path) -> None:
    made = evidence_artefact(registry, make_catalogue(registry))
    write_artefact(made, tmp_path)
    read = read_artefact(tmp_path, registry, made.version)
    for before, after in zip(made.columns, read.columns, strict=True):
        assert (before.name, before.encoding, before.cumulative) == (
            after.name,
            after.encoding,
            after.cumulative,
        )
        np.testing.assert_array_equal(before.unknown, after.unknown)
    assert content_hash(made) == content_hash(read)


def test_the_version_follows_the_content(registry: Registry) -> None:
    made = evidence_artefact(registry, make_catalogue(registry))
    assert made.version == evidence_artefact(registry, make_catalogue(registry)).version
    assert made.version != evidence_artefact(registry, make_catalogue(registry, CARS[:4])).version
    assert content_hash(made) != content_hash(replace(made, means=made.means + 1e-6))
    assert content_hash(made) != content_hash(replace(made, seed=1))


def test_the_command_replaces_the_evidence_model_and_keeps_trained_ones(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECOMMENDER_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("RECOMMENDER_CATALOGUE_DIR", str(ROOT / "data" / "catalogue"))
    assert run(["prior", "--seed", "1"]) == 0
    first = capsys.readouterr().out.strip()
    trained = replace(read_artefact(tmp_path, registry, first), version="survey-1")
    write_artefact(trained, tmp_path)
    assert run(["prior", "--seed", "2"]) == 0
    second = capsys.readouterr().out.strip()
    assert versions(tmp_path) == tuple(sorted((second, "survey-1")))
    assert json.loads((tmp_path / "current.json").read_text()) == {"preference": second}


def test_the_command_removes_nothing_that_a_path_leads_to(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models, other = tmp_path / "models", tmp_path / "other"
    (models / "preference" / "evidence-x").mkdir(parents=True)
    other.mkdir()
    (models / "current.json").write_text('{"preference": "evidence-x/../../../other"}', encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        current_version(models)
    assert [problem.code for problem in refusal.value.problems] == ["model_version_name"]
    monkeypatch.setenv("RECOMMENDER_MODELS_DIR", str(models))
    monkeypatch.setenv("RECOMMENDER_CATALOGUE_DIR", str(ROOT / "data" / "catalogue"))
    assert run(["prior"]) == 0
    assert other.is_dir()
    assert current_version(models) == capsys.readouterr().out.strip()
