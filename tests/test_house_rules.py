"""The rules of the house hold for the project, and each rule can fail.

What the rules are stands in `tests/house.py`. Every rule has two tests: over the project it finds nothing,
over a bad snippet it finds the fault.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import house

CODE = house.modules(house.ROOT, "recommender", "web")
EVERYTHING = [*CODE, *house.modules(house.ROOT, "tests", "bench")]


def bad(path: str, *lines: str) -> house.Module:
    return house.module(path, "\n".join(lines) + "\n")


def complaints(rule: str, mods: list[house.Module]) -> list[str]:
    return [line for mod in mods for line in getattr(house, rule)(mod)]


# ------------------------------------------------------------------------------------------ imports
def test_rooms_import_only_what_the_table_allows() -> None:
    assert {mod.room for mod in CODE} >= {"domain", "registry", "services", "web"}
    assert complaints("wrong_imports", CODE) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("recommender/domain/car.py", "import recommender.registry"),
        ("recommender/domain/car.py", "from recommender import registry"),
        ("recommender/domain/car.py", "import scipy"),
        ("recommender/domain/car.py", "from ..registry import loader"),
        ("recommender/registry/loader.py", "from recommender.choice.encoder import encode"),
        ("recommender/configurator/rules.py", "import pandas as pd"),
        ("recommender/choice/encoder.py", "import flask"),
        ("recommender/choice/encoder.py", "def f():\n    from recommender.services import recommend"),
        ("recommender/choice/posterior.py", "def f():\n    import numba"),
        ("recommender/choice/kernels.py", "import numba"),
        ("recommender/matching/kernels.py", "from numba import njit"),
        ("recommender/services/recommend.py", "from recommender.storage import catalogue"),
        ("recommender/services/recommend.py", "if TYPE_CHECKING:\n    import recommender.storage"),
        ("recommender/services/recommend.py", "import sklearn.linear_model"),
        ("recommender/storage/tables.py", "from recommender.services import match"),
        ("recommender/storage/tables.py", "import tomllib"),
        ("recommender/cli/serve.py", "import web"),
        ("recommender/cli/match.py", "def f():\n    import web.app"),
        ("recommender/settings.py", "import recommender.domain"),
        ("recommender/workspace.py", "import recommender.cli"),
        ("recommender/odds.py", "import math"),
        ("web/buyer.py", "from recommender.storage import database"),
        ("web/buyer.py", "import sqlalchemy"),
        ("web/buyer.py", "import requests"),
    ],
)
def test_a_wrong_import_is_found(path: str, line: str) -> None:
    assert len(house.wrong_imports(bad(path, line))) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("recommender/matching/kernels.py", "def f():\n    import numba"),
        ("recommender/cli/serve.py", "def f():\n    from web import create_app"),
        ("recommender/services/train.py", "from recommender.choice.latent_class import fit"),
        ("recommender/__main__.py", "from recommender.cli import main"),
        ("web/buyer.py", "import numpy as np, json, flask_wtf.csrf"),
    ],
)
def test_a_right_import_is_let_through(path: str, line: str) -> None:
    assert house.wrong_imports(bad(path, line)) == []


def test_rooms_and_modules_import_in_no_circle() -> None:
    assert house.circles(house.room_graph(CODE)) == []
    assert house.circles(house.import_graph(CODE)) == []


def test_a_circle_is_found() -> None:
    pair = [
        bad("recommender/domain/car.py", "from recommender.registry import loader"),
        bad("recommender/registry/loader.py", "from recommender.domain import car"),
    ]
    assert house.circles(house.room_graph(pair)) == ["domain -> registry -> domain"]
    assert house.circles(house.import_graph(pair)) == [
        "recommender.domain.car -> recommender.registry.loader -> recommender.domain.car"
    ]
    deferred = bad("recommender/domain/car.py", "def f():\n    from recommender.registry import loader")
    assert house.circles(house.import_graph([deferred, pair[1]])) == []


def test_serving_reaches_no_training_module() -> None:
    assert house.training_leaks(CODE) == []


def test_a_training_module_behind_serving_is_found() -> None:
    encoder = bad("recommender/choice/encoder.py", "from recommender.choice import estimators")
    estimators = bad("recommender/choice/estimators.py", "import scipy.optimize")
    verb = ["from recommender.choice.encoder import encode"]
    leak = ["recommender/choice/estimators.py: serving reaches it and it loads scipy"]
    for path in ("recommender/services/recommend.py", "recommender/matching/scores.py"):
        assert house.training_leaks([encoder, estimators, bad(path, *verb)]) == leak
    assert house.training_leaks([encoder, estimators, bad("recommender/services/train.py", *verb)]) == []
    front = bad("recommender/choice/__init__.py", "from recommender.choice import estimators")
    posterior = bad("recommender/choice/posterior.py", "import numpy")
    scores = bad("recommender/matching/scores.py", "from recommender.choice.posterior import draw")
    assert house.training_leaks([front, posterior, estimators, scores]) == leak


HEAVY = ("sklearn", "pandas", "numba", "flask")


def test_serving_services_load_no_heavy_library() -> None:
    names = ["recommender.services", *(m.name for m in CODE if house.serves(m))]
    assert house.loaded_by("\n".join(f"import {name}" for name in names), HEAVY) == set()


def test_a_loaded_library_is_found() -> None:
    assert house.loaded_by("import flask", HEAVY) == {"flask"}


# ------------------------------------------------------------------------------------------ sizes
def test_modules_and_functions_are_small() -> None:
    big = [line for mod in CODE for line in house.too_big(mod, house.MODULE_LINES)]
    rest = [mod for mod in EVERYTHING if mod not in CODE]
    big += [line for mod in rest for line in house.too_big(mod, house.TEST_LINES)]
    assert big == []


def test_a_long_module_a_long_function_and_a_maze_are_found() -> None:
    ballast = ["# comment", "", '"""', "text", '"""']
    just = ["x = 1"] * house.MODULE_LINES
    assert house.too_big(bad("m.py", '"""Doc."""', *just, *ballast[:2]), house.MODULE_LINES) == []
    assert len(house.too_big(bad("m.py", *just, "x = 2"), house.MODULE_LINES)) == 1
    body = ["    x = 1"] * (house.FUNCTION_LINES - 1)
    document = ['    """Doc', "", '    more."""', "", "    # why"]
    assert house.too_big(bad("m.py", "def f():", *document, *body), house.MODULE_LINES) == []
    assert len(house.too_big(bad("m.py", "def f():", *body, "    y = 1"), house.MODULE_LINES)) == 1
    forks = ["    if x: y = 1"] * (house.COMPLEXITY - 1)
    assert house.too_big(bad("m.py", "def f(x):", *forks), house.MODULE_LINES) == []
    assert len(house.too_big(bad("m.py", "def f(x):", *forks, "    while x: x = 0"), house.MODULE_LINES)) == 1


def test_templates_are_small() -> None:
    templates = [p for p in house.listed(house.ROOT) if p.startswith("web/templates/")]
    sizes = {p: _filled_lines((house.ROOT / p).read_text(encoding="utf-8")) for p in templates}
    assert {p: n for p, n in sizes.items() if n > house.TEST_LINES} == {}


def test_a_long_template_is_counted() -> None:
    assert _filled_lines("<p>\n\n  \n</p>\n" * 300) == 600


def _filled_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


# ------------------------------------------------------------------------------------------ names and habits
def test_names_say_something() -> None:
    assert complaints("vague_names", EVERYTHING) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("recommender/utils.py", ""),
        ("recommender/choice/math_helpers.py", ""),
        ("web/common/forms.py", ""),
        ("recommender/domain/car.py", "class CarManager: ..."),
        ("recommender/domain/car.py", "def date_helper(): ..."),
        ("recommender/domain/car.py", "def process_data(): ..."),
    ],
)
def test_a_vague_name_is_found(path: str, line: str) -> None:
    assert len(house.vague_names(bad(path, line))) == 1


def test_nothing_runs_code_that_came_with_data() -> None:
    assert complaints("unsafe_loading", EVERYTHING) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import shelve",
        "yaml.load(text)",
        "np.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
    ],
)
def test_unsafe_loading_is_found(line: str) -> None:
    assert len(house.unsafe_loading(bad("recommender/storage/artefact.py", line))) == 1


def test_no_error_is_swallowed() -> None:
    assert complaints("silent_excepts", EVERYTHING) == []


@pytest.mark.parametrize(
    "line",
    [
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept BaseException as e: ...",
        "for x in y:\n    try: f()\n    except Exception: continue",
        "with contextlib.suppress(Exception): f()",
    ],
)
def test_a_swallowed_error_is_found(line: str) -> None:
    assert len(house.silent_excepts(bad("web/ops.py", line))) == 1


def test_a_narrow_or_answered_error_is_let_through() -> None:
    narrow = "try: f()\nexcept KeyError: pass"
    answered = "try: f()\nexcept Exception as e: report(e)"
    assert house.silent_excepts(bad("web/ops.py", narrow, answered)) == []


# ------------------------------------------------------------------------------------------ files
def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found: list[str] = []
    read = 0
    for path in house.listed(house.ROOT):
        raw = (house.ROOT / path).read_bytes()
        if b"\0" not in raw:
            found += house.foreign_text(path, raw.decode("utf-8"))
            read += 1
    assert read > 20
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "open('" + "/home" + "/somebody/cars.csv')",
        "path: " + "/Users" + "/somebody",
        "C:" + "\\Users\\somebody",
        "see " + "/work" + "/main/data",
        "--index-url https://" + "pypi" + ".org/simple",
        "files." + "pythonhosted" + ".org",
        "https://registry." + "npmjs" + ".org/x",
    ],
)
def test_a_machine_path_or_registry_host_is_found(text: str) -> None:
    assert len(house.foreign_text("a.txt", "fine\n" + text)) == 1


@pytest.mark.parametrize(
    "text", ["https://example.org/home/cars", "../shared/catalog-facts", "/r/<token>.json"]
)
def test_an_address_or_a_relative_path_is_let_through(text: str) -> None:
    assert house.foreign_text("a.txt", text) == []


def test_the_top_level_holds_only_what_the_design_lists() -> None:
    assert house.strangers(house.listed(house.ROOT, with_new=False)) == []


def test_a_stranger_at_the_top_level_is_found(tmp_path: Path) -> None:
    assert house.strangers(["recommender/a.py", "scripts/x.sh", "notes.md"]) == ["notes.md", "scripts"]
    (tmp_path / "notes.md").write_text("x")
    assert house.strangers(house.listed(tmp_path)) == ["notes.md"]
