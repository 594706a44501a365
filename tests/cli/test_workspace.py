"""The seam: what it reads, what it refuses, what it needs no database for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recommender.domain.errors import Rejected
from recommender.settings import Settings
from recommender.storage.migrate import upgrade
from recommender.workspace import DatabaseError, Workspace, open_workspace
from tests.needs import ROOT


def settings(models: Path, state: Path, catalogue: Path = ROOT / "data" / "catalogue") -> Settings:
    return Settings(models_dir=models, state_dir=state / "var", catalogue_dir=catalogue)


@pytest.fixture(scope="module")
def workspace(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(settings(models, tmp_path_factory.mktemp("state")), with_database=False)


def test_a_recommendation_needs_no_database(workspace: Workspace) -> None:
    found = workspace.recommend({"answers": {"people_max": 5}}, {"top": 3})
    assert len(found.items) == 3
    assert found.model_version == workspace.market.model.artefact.version
    assert not workspace.settings.state_dir.exists()


def test_the_vocabulary_is_that_of_the_catalogue(workspace: Workspace) -> None:
    catalogue, vocabulary = workspace.market.catalogue, workspace.vocabulary
    assert vocabulary.brands == catalogue.brands
    assert vocabulary.places == catalogue.places
    assert workspace.market.table.config_ids[0] in vocabulary.config_ids
    assert "NO~SUCH" not in vocabulary.config_ids
    assert set(vocabulary.catalogue_levels["brand"]) == set(catalogue.brands)


@pytest.mark.parametrize(
    ("moment", "day"), [("2026-12-31T15:59:59", "2026-12-31"), ("2026-12-31T16:00:00", "2027-01-01")]
)
def test_today_is_the_day_in_china(workspace: Workspace, moment: str, day: str) -> None:
    now = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    elsewhere = Workspace(workspace.settings, workspace.registry, workspace.market, lambda: now)
    assert elsewhere.today() == dt.date.fromisoformat(day)
    assert elsewhere.parse({}).date == dt.date.fromisoformat(day)


def test_faults_of_catalogue_and_model_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refusal:
        open_workspace(settings(tmp_path / "m", tmp_path, tmp_path / "c"), with_database=False)
    codes = {problem.code for problem in refusal.value.problems}
    assert "model_none_current" in codes
    assert len(codes) > 1


def test_with_a_database_it_must_be_migrated(models: Path, tmp_path: Path) -> None:
    asked = settings(models, tmp_path)
    with pytest.raises(DatabaseError) as refusal:
        open_workspace(asked)
    assert refusal.value.problem.code == "database_not_ready"
    found = open_workspace(asked, with_database=False)
    assert found.missing() == ("database_not_ready",)
    upgrade(found.database)
    assert found.missing() == ()
    found.database.close()
    open_workspace(asked).database.close()
