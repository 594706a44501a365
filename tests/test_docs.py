"""The documents are true: what README names exists and runs, what exists is named, pages are fresh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from recommender.cli import group
from recommender.registry.document import registry_page
from recommender.registry.load import load_registry
from recommender.settings import PREFIX, Settings
from tests.golden.shipped import SAMPLES
from tests.needs import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LEFT_TO_CI = ("make run", "make test", ".venv/bin/python -m pytest -n 2")
"""Start, tests, and the same tests without make: .ci/run runs them; from here they would run themselves."""


def command_lines() -> list[str]:
    """Every line of a shell block of README, continued lines joined, comments and prompts taken away."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    plain = (re.sub(r"\s+#.*", "", line).strip().removeprefix("$ ") for line in lines)
    return list(dict.fromkeys(line for line in plain if line and not line.startswith("#")))


def quoted(text: str = README) -> list[str]:
    """What stands in single backticks outside of blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def set_up_lines() -> list[str]:
    """The lines that make an environment by hand, up to the one that serves."""
    return [line for line in command_lines() if re.search(r"-m (venv|pip) ", line)]


def example_lines() -> list[str]:
    """What a reader tries next: the project's own commands, but not the server."""
    lines = [line for line in command_lines() if re.match(r"(\.venv/bin/)?recommender ", line)]
    return [line for line in lines if "recommender serve" not in line]


def all_commands(command: click.Command, name: str = "") -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from all_commands(found, f"{name} {child}".strip())
    else:
        yield name


# --------------------------------------------------------------------------------------------- what is named


def test_every_command_is_named_in_the_readme() -> None:
    commands = list(all_commands(group))
    assert len(commands) >= 10
    assert [name for name in commands if f"`recommender {name}" not in README] == []


def test_every_setting_is_named_in_the_readme() -> None:
    variables = [PREFIX + name.upper() for name in Settings.model_fields]
    assert len(variables) == 14
    assert [name for name in variables if f"`{name}`" not in README] == []


def test_every_setting_and_command_that_a_document_names_exists() -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    commands = set(all_commands(group)) | set(group.list_commands(click.Context(group)))
    for path in documents():
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", text)) <= settings, path.name
        if path.name == "README.md" and path.parent == ROOT:
            named = re.findall(r"\brecommender ([a-z]+(?: [a-z]+)?)\b", " ".join(quoted(text)))
            for words in named:
                assert words in commands or words.split()[0] in commands, words


def test_every_target_of_make_that_the_readme_names_exists_and_none_is_forgotten() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", "\n".join([*command_lines(), *quoted()])))
    assert named <= targets | {"help"}
    assert targets - named <= {"format", "clean", "help"}, "people need to know of these"


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), f"{path.name}: {target}"


def test_every_folder_that_the_readme_names_exists() -> None:
    folders = re.findall(r"`([a-z]+/)`", README)
    assert {"recommender/", "web/", "data/", "models/", "tests/", "docs/"} <= set(folders)
    assert [name for name in folders if not (ROOT / name).is_dir()] == []


def test_every_sample_is_described() -> None:
    described = (SAMPLES[next(iter(SAMPLES))].parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in SAMPLES if f"`{name}`" not in described] == []


# ------------------------------------------------------------------------------------- what is generated
def test_the_registry_page_is_fresh() -> None:
    page = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")
    assert page == registry_page(load_registry()), "run: python -m recommender.registry.document"


def test_the_registry_page_names_every_question_and_attribute() -> None:
    page = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")
    registry = load_registry()
    assert [i for i in (*registry.questions, *registry.attributes) if not re.search(rf"\b{i}\b", page)] == []


# -------------------------------------------------------------------------------------------------- what runs
def test_every_command_of_the_readme_is_run_somewhere() -> None:
    """A new line in a block of README must be one that this file knows how to try."""
    served = {line for line in command_lines() if line.endswith("recommender serve")}
    known = {*LEFT_TO_CI, *set_up_lines(), *example_lines(), *served}
    assert served, "a stranger without make can start it"
    assert [line for line in command_lines() if line not in known] == []
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in ci


@pytest.mark.parametrize("line", example_lines())
@pytest.mark.commands
def test_an_example_of_the_readme_runs(line: str, tmp_path: Path) -> None:
    environment = {**os.environ, "RECOMMENDER_STATE_DIR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "recommender", *line.split("recommender ", 1)[1].split()]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode in (0, 1), ended.stderr


@pytest.mark.commands
@pytest.mark.parametrize("name", sorted(all_commands(group)))
def test_every_command_explains_itself(name: str) -> None:
    command = [sys.executable, "-m", "recommender", *name.split(), "--help"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"recommender {name}" in ended.stdout


@pytest.mark.commands
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_lines_without_make_end_in_a_served_page(tmp_path: Path) -> None:
    """A stranger with a clone: an environment by hand, the server, the first page."""
    project = copy_of_the_project(tmp_path / "project")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    for line in set_up_lines():
        if "test.lock" in line:
            continue  # the tests are not run from here
        words = [sys.executable if word.startswith("python3") else word for word in line.split()]
        done = subprocess.run(
            words, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    serve = next(line for line in command_lines() if line.endswith("recommender serve"))
    with subprocess.Popen(
        serve.split(),
        cwd=project,
        env={**environment, "RECOMMENDER_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            first = server.stdout.readline()
            address = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+)\n", first)
            assert address, first
            for page in ("/", "/readyz", "/find/people", "/api/v1/questions"):
                with urllib.request.urlopen(address[1] + page, timeout=30) as answer:  # noqa: S310 - our own server
                    assert answer.status == 200
        finally:
            server.terminate()
            server.wait(timeout=30)


def copy_of_the_project(folder: Path) -> Path:
    """What a clone holds: files that git knows or would take, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder
