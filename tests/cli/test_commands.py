"""Each command: what it prints, its exit status, its problems; never a traceback."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from recommender.cli import group, run
from recommender.registry.load import load_registry
from recommender.storage.artefacts import current_version, versions
from recommender.storage.catalogue import read_catalogue
from tests.cli.conftest import ANSWERS, Program
from tests.needs import ROOT

REGISTRY = load_registry()


def errors(text: str) -> dict[str, str]:
    """Path -> code of a problem document, the last one of a path; asserts its shape."""
    return dict(every_error(text))


def every_error(text: str) -> list[tuple[str, str]]:
    """(path, code) of a problem document; asserts its shape."""
    document = json.loads(text)
    assert set(document) == {"type", "title", "status", "detail", "errors"}
    for entry in document["errors"]:
        assert set(entry) == {"path", "code", "value", "message", "remedy"}
        assert entry["message"]
    return [(entry["path"], entry["code"]) for entry in document["errors"]]


# ------------------------------------------------------------------------------------------ the group
def test_help_names_every_command_and_loads_no_heavy_library() -> None:
    code = (
        "import sys; from recommender.cli import run; status = run(['--help']); "
        "heavy = 'pandas numpy flask sqlalchemy rich sklearn gunicorn pydantic'.split(); "
        "sys.exit(status or [name for name in heavy if name in sys.modules] or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    for name in ("serve", "questions", "attributes", "recommend", "promote", "catalogue", "db", "doctor"):
        assert re.search(rf"^  {name} ", ended.stdout, re.MULTILINE), name


def test_modules_that_help_commands_are_no_commands() -> None:
    names = group.list_commands(None)  # type: ignore[arg-type]  # the context is not looked at
    assert not {"endings", "options", "output", "result_table", "serving"} & set(names)


def test_it_runs_as_a_module_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "recommender", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 0
    assert re.fullmatch(r"recommender, version \d+\.\d+\.\d+\n", ended.stdout)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["frobnicate"], ""),
        (["endings"], ""),
        (["recommend"], "answers"),
        (["recommend", str(ANSWERS), "--top", "many"], "--top"),
        (["recommend", str(ANSWERS), "--frob"], "--frob"),
        (["recommend", str(ANSWERS), "--lang", "fr"], "--lang"),
        (["promote"], "version"),
        (["catalogue", "import", "x"], "--out"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_wrong_usage_is_a_problem_with_status_2(program: Program, arguments: list[str], path: str) -> None:
    ended = program(*arguments, "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {path: "usage"}
    words = program(*arguments)
    assert (words.status, words.out) == (2, "")
    assert "--help" in words.err


def test_without_a_command_it_shows_help_with_status_2(program: Program) -> None:
    ended = program()
    assert (ended.status, ended.out) == (2, "")
    assert "Usage: recommender" in ended.err


def test_format_may_stand_before_or_after_the_command(program: Program) -> None:
    before, after = program("--format", "json", "questions"), program("questions", "--format=json")
    assert before == after
    assert json.loads(before.out)


def test_a_fault_of_ours_is_one_line_and_a_log(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("seven unexpected parrots")

    monkeypatch.setattr("recommender.storage.catalogue.read_catalogue", broken)
    ended = program("questions", "--lang", "en")
    log = program.folder / "var" / "log" / "recommender.log"
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.count("\n") == 1
    assert str(log) in ended.err
    assert "parrots" not in ended.err
    assert "seven unexpected parrots" in log.read_text(encoding="utf-8")
    as_json = program("questions", "--format", "json")
    assert errors(as_json.err) == {"": "internal"}
    assert str(log) in as_json.err


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = f"{sys.executable} -m recommender questions --format json | head -c 10"
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout) == 10


# ------------------------------------------------------------------------------------------ registry
def test_questions_as_json_are_those_of_the_registry(program: Program) -> None:
    ended = program("questions", "--format", "json")
    assert ended.status == 0
    assert [entry["id"] for entry in json.loads(ended.out)["questions"]] == list(REGISTRY.questions)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_questions_for_people_name_every_question(program: Program, lang: str) -> None:
    ended = program("questions", "--lang", lang)
    assert (ended.status, ended.err) == (0, "")
    assert max(map(cell_len, ended.out.splitlines())) <= 100
    assert all(question in ended.out for question in REGISTRY.questions)


def test_attributes_say_how_much_is_known(program: Program) -> None:
    ended = program("attributes", "--format", "json")
    entries = {entry["id"]: entry for entry in json.loads(ended.out)["attributes"]}
    assert list(entries) == list(REGISTRY.attributes)
    assert entries["brand"]["coverage"] == 1.0
    catalogue = read_catalogue(ROOT / "data" / "catalogue", REGISTRY)
    share = 1.0 - catalogue.columns["towing_kg"].unknown().mean()
    assert entries["towing_kg"]["coverage"] == pytest.approx(share, abs=1e-4)
    table = program("attributes", "--lang", "en")
    assert all(attribute in table.out for attribute in REGISTRY.attributes)
    assert max(map(cell_len, table.out.splitlines())) <= 100


# ------------------------------------------------------------------------------------------ catalogue
def test_the_shipped_catalogue_passes_its_check(program: Program) -> None:
    ended = program("catalogue", "check", str(ROOT / "data" / "catalogue"), "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    assert json.loads(ended.out)["problems"] == 0


def test_a_faulty_catalogue_is_named_in_full_with_status_1(program: Program) -> None:
    folder = program.folder / "catalogue"
    shutil.copytree(ROOT / "data" / "catalogue", folder)
    lines = (folder / "models.csv").read_text(encoding="utf-8").splitlines()
    (folder / "models.csv").write_text("\n".join([*lines, lines[1], lines[2]]) + "\n", encoding="utf-8")
    doubled = {f"models.csv:{len(lines) + n}:model_id" for n in (1, 2)}
    ended = program("catalogue", "check", str(folder), "--format", "json")
    assert ended.status == 1
    assert json.loads(ended.out)["problems"] == len(every_error(ended.err))
    assert doubled <= set(errors(ended.err))
    refused = program("recommend", str(ANSWERS), "--catalogue", str(folder), "--format", "json")
    assert (refused.status, refused.out) == (2, "")
    assert errors(refused.err) == errors(ended.err)


def test_a_missing_catalogue_folder_is_bad_input(program: Program) -> None:
    ended = program("catalogue", "check", str(program.folder / "none"), "--format", "json")
    assert (ended.status, list(errors(ended.err).values())) == (2, ["folder_missing"])
    ended = program("questions", "--catalogue", str(program.folder / "none"), "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err)


@pytest.mark.facts
def test_import_keeps_every_trim_and_passes_the_check(program: Program, facts_dir: Path) -> None:
    out = program.folder / "all"
    ended = program("catalogue", "import", str(facts_dir), "--out", str(out), "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    told = json.loads(ended.out)
    catalogue = read_catalogue(out, REGISTRY)
    assert (told["trims"], told["catalogue_version"]) == (len(catalogue.trims), catalogue.version)
    facts = (facts_dir / "trims.csv").read_text(encoding="utf-8-sig").splitlines()
    assert {trim.trim_id for trim in catalogue.trims} == {line.partition(",")[0] for line in facts[1:]}
    assert program("catalogue", "check", str(out)).status == 0


def test_import_refuses_no_folder_and_its_own_input(program: Program) -> None:
    there = str(program.folder)
    for facts, code in ((f"{there}/none", "folder_missing"), (there, "would_overwrite")):
        ended = program("catalogue", "import", facts, "--out", there, "--format", "json")
        assert (ended.status, list(errors(ended.err).values())) == (2, [code])


@pytest.mark.parametrize("command", ["import", "simulate", "match"])
@pytest.mark.parametrize("below", ["", "inside", "in/side"])
def test_a_file_where_a_folder_is_to_be_written(program: Program, command: str, below: str) -> None:
    file = program.folder / "file"
    file.write_text("mine", encoding="utf-8")
    facts = program.folder / "facts"
    facts.mkdir()
    out = str(file / below)
    calls = {
        "import": ("catalogue", "import", str(facts), "--out", out),
        "simulate": ("simulate", "--out", out),
        "match": ("match", "--inventory", "i.csv", "--customers", "c.csv", "--out", out),
    }
    ended = (
        program(*calls[command], "--format", "json") if command != "simulate" else program(*calls[command])
    )
    assert ended.status == 2, ended.err
    assert "out_not_a_folder" in ended.err or "不是文件夹" in ended.err
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_name_that_no_disk_takes(program: Program) -> None:
    out = str(program.folder / ("n" * 5000))
    ended = program("simulate", "--out", out)
    assert ended.status == 2
    assert "无法写入" in ended.err or "不能写" in ended.err, ended.err


# ------------------------------------------------------------------------------------------ models
@pytest.mark.parametrize("place", ["current.json", "manifest.json", "metrics.json"])
def test_a_model_file_of_endless_brackets_is_named(program: Program, models: Path, place: str) -> None:
    folder = program.folder / "models"
    shutil.copytree(models, folder)
    version = folder / "preference" / current_version(folder)
    path = folder / place if place == "current.json" else version / place
    path.write_text("[" * 100_000, encoding="ascii")
    if place == "metrics.json":
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"][place] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": 100_000}
        (version / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    ended = program("recommend", str(ANSWERS), "--format", "json", RECOMMENDER_MODELS_DIR=str(folder))
    assert (ended.status, list(errors(ended.err).values())) == (2, ["model_broken"])
    assert place in next(iter(errors(ended.err)))


def test_promote_makes_a_version_current(program: Program, models: Path) -> None:
    folder = program.folder / "models"
    shutil.copytree(models, folder)
    version = current_version(folder)
    (folder / "current.json").unlink()
    missing = program("recommend", str(ANSWERS), "--format", "json", RECOMMENDER_MODELS_DIR=str(folder))
    assert (missing.status, list(errors(missing.err).values())) == (2, ["model_none_current"])
    ended = program("promote", version, RECOMMENDER_MODELS_DIR=str(folder))
    assert (ended.status, ended.out) == (0, version + "\n")
    assert current_version(folder) == version


def test_promote_refuses_what_is_not_there(program: Program, models: Path) -> None:
    ended = program("promote", "v0", "--lang=en")
    assert (ended.status, ended.out) == (2, "")
    assert 'There is no version "v0".' in ended.err
    ended = program("promote", "v0", "--format", "json")
    assert (ended.status, list(errors(ended.err).values())) == (2, ["model_version_unknown"])
    assert versions(models)[0] in ended.err


# ------------------------------------------------------------------------------------------ database
def test_db_check_asks_for_the_upgrade_and_then_is_content(program: Program) -> None:
    ended = program("db", "check", "--format", "json")
    assert (ended.status, list(errors(ended.err).values())) == (1, ["database_not_ready"])
    assert program("db", "upgrade").out == "0002\n"
    ended = program("db", "check")
    assert (ended.status, ended.out, ended.err) == (0, "0002\n", "")


def test_a_database_that_does_not_answer_is_one_line_and_a_log(program: Program) -> None:
    address = "postgresql://user:s3cret@127.0.0.1:1/none"
    ended = program("db", "check", "--lang", "en", RECOMMENDER_DATABASE_URL=address)
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.count("\n") == 1
    log = program.folder / "var" / "log" / "recommender.log"
    assert str(log) in ended.err
    assert "s3cret" not in ended.err + log.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["upgrade", "check"])
def test_a_database_in_a_folder_that_is_not_there_is_bad_input(program: Program, command: str) -> None:
    folder = program.folder / "nope"
    ended = program("db", command, "--format", "json", RECOMMENDER_DATABASE_URL=f"sqlite:///{folder}/x.db")
    assert (ended.status, ended.out) == (2, "")
    assert errors(ended.err) == {str(folder): "database_folder"}
    assert not folder.exists()


# ------------------------------------------------------------------------------------------ settings, doctor
def test_bad_settings_are_bad_input_named_all_at_once(program: Program) -> None:
    variables = {"RECOMMENDER_PORT": "x", "RECOMMENDER_WORKERS": "0", "RECOMMENDER_BASE_URL": "nowhere"}
    for command in (["serve"], ["questions"], ["doctor"], ["db", "check"]):
        ended = program(*command, "--format", "json", **variables)
        assert (ended.status, ended.out) == (2, "")
        assert set(errors(ended.err)) == set(variables)


def test_the_doctor_finds_nothing_wrong_after_the_upgrade(program: Program) -> None:
    program("db", "upgrade")
    ended = program("doctor", "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    checks = json.loads(ended.out)["checks"]
    assert {"catalogue", "model", "database", "secret key"} <= {entry["check"] for entry in checks}
    assert all(entry["ok"] and entry["detail"] for entry in checks)
    assert program("doctor", "--lang", "en").status == 0


def test_the_doctor_names_everything_that_is_wrong(program: Program) -> None:
    (program.folder / "var").mkdir()
    (program.folder / "var" / "secret_key").write_text("short")
    ended = program(
        "doctor",
        "--format",
        "json",
        RECOMMENDER_CATALOGUE_DIR=str(program.folder / "none"),
        RECOMMENDER_MODELS_DIR=str(program.folder / "none"),
    )
    assert ended.status == 1
    wrong = {e["check"]: e["errors"][0]["code"] for e in json.loads(ended.out)["checks"] if not e["ok"]}
    assert set(wrong) == {"catalogue", "model", "database", "secret key"}
    assert (wrong["model"], wrong["secret key"]) == ("model_none_current", "setting_secret_short")


def test_run_returns_a_status_and_raises_nothing() -> None:
    assert run(["--version"]) == 0
    assert run(["--help"]) == 0
