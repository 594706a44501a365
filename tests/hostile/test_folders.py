"""Catalogue and model folders that are wrong: refused by name before anything is recommended or served."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWERS, Program
from tests.golden.shipped import shipped_environment

Harm = Callable[[Path], None]
SHIPPED = {name: Path(path) for name, path in shipped_environment().items()}


def edit(name: str, change: Callable[[bytes], bytes]) -> Harm:
    def harm(folder: Path) -> None:
        before = (folder / name).read_bytes()
        after = change(before)
        assert after != before, "the harm is done"
        (folder / name).write_bytes(after)

    return harm


def gone(name: str) -> Harm:
    return lambda folder: (folder / name).unlink()


def line(name: str, number: int, change: Callable[[bytes], bytes]) -> Harm:
    """Change one line of a file, counted from 1."""

    def changed(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\n".join(lines)

    return edit(name, changed)


def repeated(name: str, number: int) -> Harm:
    return line(name, number, lambda text: text + b"\n" + text)


def folder_instead(name: str) -> Harm:
    def harm(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return harm


def first_cell(name: str, value: bytes) -> Harm:
    """Another id in the first row."""
    return line(name, 2, lambda row: value + b"," + row.split(b",", 1)[1])


OTHER, CUT, CHANGED, MISSING, BROKEN = (
    f"model_{word}" for word in ("other_registry", "file_cut", "file_changed", "file_missing", "broken")
)
CATALOGUES: Mapping[str, tuple[Harm, str]] = {
    "not there": (lambda folder: shutil.rmtree(folder), ""),
    "a file": (lambda folder: (shutil.rmtree(folder), folder.write_text("cars"))[0], ""),
    "empty": (lambda folder: [path.unlink() for path in folder.iterdir()] and None, "trims.csv"),
    "no trims": (gone("trims.csv"), "trims.csv"),
    "no sources": (gone("sources.csv"), "sources.csv"),
    "a folder for a file": (folder_instead("models.csv"), "models.csv"),
    "an empty file": (edit("trims.csv", lambda _: b""), "trims.csv"),
    "only a header": (edit("trims.csv", lambda text: text.split(b"\n")[0] + b"\n"), "trims.csv"),
    "cut in the middle of a row": (edit("trims.csv", lambda text: text[: len(text) // 2]), "trims.csv"),
    "a column that is no attribute": (line("trims.csv", 1, lambda h: h + b",colour"), "trims.csv:1"),
    "a column twice": (line("trims.csv", 1, lambda h: h.replace(b"seats", b"drive")), "trims.csv:1"),
    "no column of ids": (line("trims.csv", 1, lambda h: h.replace(b"trim_id,", b"id,")), "trims.csv:1"),
    "a NUL": (line("trims.csv", 3, lambda row: row + b"\x00"), "trims.csv"),
    "GB18030": (edit("models.csv", lambda text: text.decode().encode("gb18030")), "models.csv"),
    "a zip file": (edit("trims.csv", lambda _: b"PK\x03\x04" + bytes(range(256))), "trims.csv"),
    "an open quote": (line("trims.csv", 5, lambda row: row + b',"'), "trims.csv"),
    "a cell too many": (line("trims.csv", 4, lambda row: row + b",1,2"), "trims.csv:4"),
    "a trim twice": (repeated("trims.csv", 2), "trims.csv:3:trim_id"),
    "a model line twice": (repeated("models.csv", 2), "models.csv:3:model_id"),
    "an id that is no id": (first_cell("trims.csv", b"../etc"), "trims.csv:2:trim_id"),
    "a formula as id": (first_cell("trims.csv", b"=1+1"), "trims.csv:2:trim_id"),
    "no model line of that name": (first_cell("models.csv", b"ghost"), "trims.csv:"),
    "no source of that name": (first_cell("sources.csv", b"S999"), ":source_id"),
}  # fmt: skip


def signed(folder: Path) -> None:
    """Write sizes and checksums of the manifest anew, as somebody would who changes a model by hand."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def digit(text: bytes) -> bytes:
    """The same length, one digit of the last row other."""
    place = max(text.rfind(str(n).encode()) for n in range(10))
    other = b"1" if text[place : place + 1] != b"1" else b"2"
    return text[:place] + other + text[place + 1 :]


def with_signature(harm: Harm) -> Harm:
    def both(folder: Path) -> None:
        harm(folder)
        signed(folder)

    return both


def manifest_key(key: str, value: object) -> Harm:
    def change(text: bytes) -> bytes:
        return json.dumps({**json.loads(text), key: value}).encode()

    return edit("manifest.json", change)


MODELS: Mapping[str, tuple[Harm, str, str]] = {
    "another registry": (manifest_key("registry_fingerprint", "0" * 64), "manifest.json", OTHER),
    "another version": (manifest_key("version", "evidence-0"), "manifest.json", BROKEN),
    "a manifest cut short": (edit("manifest.json", lambda text: text[:200]), "manifest.json", ""),
    "a manifest that is a list": (edit("manifest.json", lambda _: b"[]"), "manifest.json", ""),
    "no manifest": (gone("manifest.json"), "manifest.json", MISSING),
    "no table": (gone("part_worths.csv"), "part_worths.csv", MISSING),
    "a folder for a table": (folder_instead("membership.csv"), "membership.csv", ""),
    "a table cut short": (edit("part_worths.csv", lambda text: text[:-50]), "part_worths.csv", CUT),
    "one digit changed": (edit("part_worths.csv", digit), "part_worths.csv", CHANGED),
    "one digit of the encoding": (edit("encoding.csv", digit), "encoding.csv", CHANGED),
    "a NaN, signed": (
        with_signature(edit("part_worths.csv", lambda t: re.sub(rb",-?0\.\d+", b",nan", t, count=1))),
        "part_worths.csv", "model_not_finite",
    ),
    "a row less, signed": (
        with_signature(edit("part_worths.csv", lambda t: t.rsplit(b"\n", 2)[0] + b"\n")), "", "",
    ),
    "a word for a number, signed": (
        with_signature(edit("membership.csv", lambda t: t.rsplit(b",", 1)[0] + b",much\n")),
        "membership.csv", "",
    ),
    "not text, signed": (with_signature(edit("encoding.csv", lambda _: b"\x80\x04\x95")), "encoding.csv", ""),
}  # fmt: skip


def model_folder(tmp_path: Path) -> tuple[Path, Path]:
    """(models folder, folder of the current version): a copy of what is shipped."""
    models = shutil.copytree(SHIPPED["RECOMMENDER_MODELS_DIR"], tmp_path / "models")
    version = json.loads((models / "current.json").read_text(encoding="utf-8"))["preference"]
    return models, models / "preference" / version


def refused(program: Program, *arguments: str, **variables: str) -> list[dict[str, str]]:
    """Problems of a recommendation on a bad folder: status 2, the same places in zh and en."""
    said = {}
    for lang in ("zh", "en"):
        ended = program(
            "recommend", str(ANSWERS), "--format", "json", *arguments, RECOMMENDER_LANG=lang, **variables
        )
        assert (ended.status, ended.out) == (2, ""), ended
        said[lang] = json.loads(ended.err)["errors"]
        assert said[lang]
        assert all(e["message"] and e["remedy"] for e in said[lang]), said[lang]
    places = [[(e["path"], e["code"]) for e in said[lang]] for lang in ("zh", "en")]
    assert places[0] == places[1]
    assert said["zh"][0]["message"] != said["en"][0]["message"]
    assert not (program.folder / "var" / "log").exists(), "no fault of ours"
    return list(said["en"])


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_faulty_catalogue_is_refused_with_file_and_row(program: Program, tmp_path: Path, name: str) -> None:
    harm, where = CATALOGUES[name]
    folder = shutil.copytree(SHIPPED["RECOMMENDER_CATALOGUE_DIR"], tmp_path / "catalogue")
    harm(folder)
    said = refused(program, "--catalogue", str(folder))
    assert any(where in e["path"] for e in said), said[:5]
    if where == "":
        assert folder.name in said[0]["message"]
    by_setting = refused(program, RECOMMENDER_CATALOGUE_DIR=str(folder))
    assert by_setting == said
    check = program("catalogue", "check", str(folder), "--format", "json", RECOMMENDER_LANG="en")
    assert check.status in (1, 2)
    checked = json.loads(check.err or check.out)["errors"]
    assert checked == said if where else str(folder) in checked[0]["path"]


@pytest.mark.parametrize("name", MODELS)
def test_a_faulty_model_is_refused_with_its_file(program: Program, tmp_path: Path, name: str) -> None:
    harm, where, code = MODELS[name]
    models, version = model_folder(tmp_path)
    harm(version)
    said = refused(program, RECOMMENDER_MODELS_DIR=str(models))
    assert where in said[0]["path"], said
    assert version.name in said[0]["path"], "the version is named"
    assert code in ("", said[0]["code"]), said
    promoted = program(
        "promote", version.name, "--format", "json",
        RECOMMENDER_MODELS_DIR=str(models), RECOMMENDER_LANG="en",
    )  # fmt: skip
    assert promoted.status == 2
    assert json.loads(promoted.err)["errors"] == said


CURRENT: Mapping[str, tuple[bytes | None, str]] = {
    "no pointer": (None, "model_none_current"),
    "no JSON": (b"evidence", BROKEN),
    "a list": (b"[]", BROKEN),
    "an unknown version": (b'{"preference": "evidence-ffffffffff"}', "model_version_unknown"),
    "a way out of the folder": (b'{"preference": "../../etc"}', "model_version_name"),
    "a number": (b'{"preference": 7}', BROKEN),
}


@pytest.mark.parametrize("name", CURRENT)
def test_a_faulty_pointer_is_refused(program: Program, tmp_path: Path, name: str) -> None:
    content, code = CURRENT[name]
    models, _ = model_folder(tmp_path)
    if content is None:
        (models / "current.json").unlink()
    else:
        (models / "current.json").write_bytes(content)
    assert [e["code"] for e in refused(program, RECOMMENDER_MODELS_DIR=str(models))] == [code]


def test_faults_of_catalogue_and_model_are_named_together(program: Program, tmp_path: Path) -> None:
    said = refused(
        program,
        RECOMMENDER_MODELS_DIR=str(tmp_path / "nowhere"),
        RECOMMENDER_CATALOGUE_DIR=str(tmp_path / "neither"),
    )
    paths = " ".join(e["path"] for e in said)
    assert "nowhere" in paths
    assert "neither" in paths


def test_nothing_is_served_from_a_faulty_folder(program: Program, tmp_path: Path) -> None:
    models, version = model_folder(tmp_path)
    edit("part_worths.csv", digit)(version)
    for variables in ({"RECOMMENDER_MODELS_DIR": str(models)}, {"RECOMMENDER_CATALOGUE_DIR": str(tmp_path)}):
        ended = program("serve", "--port", "0", "--workers", "1", "--format", "json", **variables)
        assert (ended.status, ended.out) == (2, "")
        assert json.loads(ended.err)["errors"]
