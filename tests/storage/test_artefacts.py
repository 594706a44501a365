"""Model folders: read back bit for bit; every damage is refused by name; nothing appears half."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.choice.artefact import Artefact, CarClasses, ColumnSpec
from recommender.domain.errors import Rejected
from recommender.registry.model import Encoding, Registry
from recommender.storage.artefact_tables import FILES
from recommender.storage.artefacts import (
    current_version,
    promote,
    read_artefact,
    read_model,
    versions,
    write_artefact,
)

FINGERPRINT = "f" * 64
REGISTRY = Registry({}, {}, (), {}, (), (), (), {}, FINGERPRINT)
SEGMENTS = ("families", "young_urban", "outdoor", "rural")


def artefact(version: str = "v1", **changes: object) -> Artefact:
    encoding = Encoding("log", 500.0, 100.0, 50.0, 900.0, 400.0)
    columns = (
        ColumnSpec("electric_range_km", None, encoding, np.array([-1 / 3, 0.1 + 0.2])),
        ColumnSpec("brand", 'Li "Auto", 理想', None, np.array([0.0, 1e-300])),
        ColumnSpec("drive", "AWD", None, np.array([0.25, 0.5])),
    )
    numbers = np.random.default_rng(7)
    made = Artefact(
        version=version,
        registry_fingerprint=FINGERPRINT,
        seed=11,
        segments=SEGMENTS,
        columns=columns,
        classes=CarClasses(
            np.array([50_000.0, 250_000.5]),
            {"alpha-one": 119_800.0, 'beta, "two"': 90_000.5},
            np.array([3000.0, 5000.5]),
            np.array([45_000.0, 310_000.0]),
        ),
        means=numbers.standard_normal((4, 3)),
        sds=numbers.random((4, 3)),
        sources=("evidence", "market", "survey"),
        citations=("P1, table 2", "", "第一行\n第二行"),
        shares=np.array([0.4, 0.3, 0.2, 0.1]),
        membership={("people_max", "6.."): np.array([1.5, -0.1, 0.0, 1 / 7])},
        metrics={"log_likelihood": -1.25, "folds": [1, 2]},
        card="# A model\n",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def same(one: Artefact, other: Artefact) -> bool:
    arrays = ("means", "sds", "shares")
    plain = ("version", "seed", "segments", "sources", "citations", "metrics", "card", "registry_fingerprint")
    return (
        all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays)
        and all(getattr(one, name) == getattr(other, name) for name in plain)
        and [(c.name, c.encoding, c.unknown.tolist()) for c in one.columns]
        == [(c.name, c.encoding, c.unknown.tolist()) for c in other.columns]
        and {key: ratios.tolist() for key, ratios in one.membership.items()}
        == {key: ratios.tolist() for key, ratios in other.membership.items()}
    )


def codes(folder: Path, version: str | None = "v1", registry: Registry = REGISTRY) -> dict[str, str]:
    """What is refused: path below the version's folder -> code."""
    with pytest.raises(Rejected) as refusal:
        read_artefact(folder, registry, version)
    return {problem.path.partition("/v1/")[2]: problem.code for problem in refusal.value.problems}


def reseal(folder: Path, name: str, text: str) -> None:
    """Change a file and the manifest with it: what is left to find is the content."""
    (folder / name).write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content = (folder / name).read_bytes()
    manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    write_artefact(artefact(), tmp_path)
    return tmp_path


@pytest.fixture
def folder(models: Path) -> Path:
    return models / "preference" / "v1"


# ------------------------------------------------------------------------------------------ round trip
def test_a_model_comes_back_bit_for_bit(models: Path) -> None:
    assert same(read_artefact(models, REGISTRY, "v1"), artefact())
    assert same(read_model(models, REGISTRY, "v1").artefact, artefact())


finite = st.floats(-1e9, 1e9)


@given(
    means=st.lists(finite, min_size=12, max_size=12),
    text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30),
)
def test_any_numbers_and_texts_come_back(
    tmp_path_factory: pytest.TempPathFactory, means: list[float], text: str
) -> None:
    folder = tmp_path_factory.mktemp("models")
    made = artefact(
        means=np.array(means).reshape(4, 3),
        citations=(text, "", text),
        membership={(text, text): np.zeros(4)},
    )
    write_artefact(made, folder)
    assert same(read_artefact(folder, REGISTRY, "v1"), made)


def test_a_folder_has_the_six_files_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *FILES}
    assert [path.name for path in folder.parent.iterdir()] == ["v1"]


def test_the_same_model_writes_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = write_artefact(artefact(), tmp_path_factory.mktemp("again"))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


def test_writing_again_changes_nothing_and_another_model_is_refused(models: Path, folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    write_artefact(artefact(), models)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    with pytest.raises(Rejected) as refusal:
        write_artefact(artefact(seed=12), models)
    assert [problem.code for problem in refusal.value.problems] == ["model_version_taken"]
    assert same(read_artefact(models, REGISTRY, "v1"), artefact())
    assert [path.name for path in folder.parent.iterdir()] == ["v1"]


@pytest.mark.parametrize("version", ["", ".", "..", "../v1", "a/b", "a b", ".hidden", "v" * 81, "版本"])
def test_a_version_must_be_a_name(models: Path, version: str) -> None:
    for act in (
        lambda: write_artefact(artefact(version), models),
        lambda: read_artefact(models, REGISTRY, version),
        lambda: promote(models, version, REGISTRY),
    ):
        with pytest.raises(Rejected) as refusal:
            act()
        assert [problem.code for problem in refusal.value.problems] == ["model_version_name"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308])
def test_a_model_that_is_not_finite_is_not_written(tmp_path: Path, value: float) -> None:
    means = np.zeros((4, 3))
    means[1, 2] = value
    with pytest.raises(Rejected) as refusal:
        write_artefact(artefact(means=means), tmp_path)
    assert [problem.code for problem in refusal.value.problems] == ["model_not_finite"]
    assert versions(tmp_path) == ()


# ------------------------------------------------------------------------------------------ damage
@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(models: Path, folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert codes(models) == {name: "model_file_missing"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_named(models: Path, folder: Path, name: str, kept: float) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(len(content) * kept)])
    assert codes(models) == {name: "model_file_cut"}


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(models: Path, folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert codes(models) == {name: "model_file_changed"}


def test_all_damage_is_named_at_once(models: Path, folder: Path) -> None:
    (folder / "card.md").unlink()
    (folder / "metrics.json").write_bytes(b"{")
    assert codes(models) == {"card.md": "model_file_missing", "metrics.json": "model_file_cut"}


def test_a_missing_manifest_is_named(models: Path, folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert codes(models) == {"manifest.json": "model_file_missing"}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 2}', "\udcff"])
def test_a_broken_manifest_is_named(models: Path, folder: Path, text: str) -> None:
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert codes(models) == {"manifest.json": "model_broken"}


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf", "NaN"])
def test_a_number_that_is_not_finite_is_refused_though_sealed(models: Path, folder: Path, bad: str) -> None:
    lines = (folder / "membership.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    reseal(folder, "membership.csv", "\n".join([lines[0], ",".join([*cells[:2], bad, *cells[3:]])]) + "\n")
    assert codes(models) == {"membership.csv:2:families": "model_not_finite"}


@pytest.mark.parametrize("bad", ["1e308", "-1e10"])
def test_a_number_that_overflows_is_refused_though_sealed(models: Path, folder: Path, bad: str) -> None:
    text = (folder / "part_worths.csv").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    cells = lines[1].split(",")
    reseal(
        folder, "part_worths.csv", "".join([lines[0], ",".join([*cells[:3], bad, *cells[4:]]), *lines[2:]])
    )
    assert codes(models) == {"part_worths.csv:2:mean_families": "model_broken"}


Mend = Callable[[str], str]


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        ("encoding.csv", lambda t: t.replace("log", "sqrt"), "encoding.csv:2:transform"),
        ("encoding.csv", lambda t: t.replace("AWD,,", "AWD,"), "encoding.csv:4"),
        ("encoding.csv", lambda t: t.replace("unknown_at_50000", "unknown_at_900000"), "encoding.csv:1"),
        ("encoding.csv", lambda t: t.replace("unknown_at_", "u"), "encoding.csv"),
        ("part_worths.csv", lambda t: t.replace(",market,", ",rumour,"), "part_worths.csv:3:source"),
        ("part_worths.csv", lambda t: t.replace("drive,AWD", "drive,FWD"), "part_worths.csv"),
        ("part_worths.csv", lambda t: "", "part_worths.csv"),
        ("membership.csv", lambda t: t.replace("1.5", "a lot"), "membership.csv:2:families"),
        ("metrics.json", lambda t: "[1]", "metrics.json"),
    ],
)
def test_wrong_content_is_named_though_sealed(
    models: Path, folder: Path, name: str, change: Mend, path: str
) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert change(text) != text
    reseal(folder, name, change(text))
    assert codes(models).get(path) == "model_broken"


@pytest.mark.parametrize(
    "change",
    [
        {"version": "v2"},
        {"seed": "11"},
        {"seed": True},
        {"shares": {"families": 0.5, "young_urban": 0.3, "outdoor": 0.1, "rural": 0.2}},
        {"shares": {"families": 1.0, "young_urban": 0.0, "outdoor": 0.0, "rural": 0.0}},
    ],
)
def test_a_manifest_that_contradicts_is_named(models: Path, folder: Path, change: dict[str, object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
    assert codes(models) == {"manifest.json": "model_broken"}


def test_a_model_of_another_registry_is_refused(models: Path) -> None:
    other = replace(REGISTRY, fingerprint="0" * 64)
    assert codes(models, registry=other) == {"manifest.json": "model_other_registry"}


@given(data=st.data())
def test_any_damage_to_any_file_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    models = tmp_path_factory.mktemp("models")
    folder = write_artefact(artefact(), models)
    path = folder / data.draw(st.sampled_from(FILES))
    before = path.read_bytes()
    after = data.draw(st.binary(max_size=40) | st.integers(0, len(before)).map(lambda n: before[:n]))
    path.write_bytes(after)
    if after == before:
        assert same(read_artefact(models, REGISTRY, "v1"), artefact())
    else:
        assert set(codes(models)) == {path.name}


# ------------------------------------------------------------------------------------------ current
def test_promote_names_the_current_version(models: Path) -> None:
    with pytest.raises(Rejected) as refusal:
        read_artefact(models, REGISTRY)
    assert [problem.code for problem in refusal.value.problems] == ["model_none_current"]
    promote(models, "v1", REGISTRY)
    write_artefact(artefact("v2", seed=12), models)
    assert (current_version(models), versions(models)) == ("v1", ("v1", "v2"))
    promote(models, "v2", REGISTRY)
    assert read_artefact(models, REGISTRY).seed == 12
    assert sorted(path.name for path in models.iterdir()) == ["current.json", "preference"]


def test_a_version_that_cannot_be_used_does_not_become_current(models: Path, folder: Path) -> None:
    promote(models, "v1", REGISTRY)
    damaged = write_artefact(artefact("v2"), models)
    (damaged / "card.md").unlink()
    for version, code in (("v2", "model_file_missing"), ("v3", "model_version_unknown")):
        with pytest.raises(Rejected) as refusal:
            promote(models, version, REGISTRY)
        assert [problem.code for problem in refusal.value.problems] == [code]
    assert current_version(models) == "v1"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"preference": 3}', "{}"])
def test_a_broken_pointer_is_named(models: Path, text: str) -> None:
    (models / "current.json").write_text(text, encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        read_artefact(models, REGISTRY)
    assert [problem.code for problem in refusal.value.problems] == ["model_broken"]


def test_a_pointer_to_nothing_names_the_versions_there_are(models: Path) -> None:
    (models / "current.json").write_text('{"preference": "v9"}', encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        read_artefact(models, REGISTRY)
    [problem] = refusal.value.problems
    assert (problem.code, problem.value, problem.params["known"]) == ("model_version_unknown", "v9", "v1")
