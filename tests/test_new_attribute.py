"""Facts live once: a new attribute and a new question go from the form to the reason without a line of code.

A copy of the packaged registry gets one file for each kind of block, a copy of the shipped catalogue one
column for each new attribute; model, pages, interface and documents must know them.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

import recommender.registry.load as packaged
from recommender.domain.errors import Rejected
from recommender.registry.document import registry_page
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.services.evidence_artefact import evidence_artefact
from recommender.services.market import make_market
from recommender.settings import load_settings
from recommender.storage.artefacts import promote, read_model, write_artefact
from recommender.storage.catalogue import read_catalogue
from recommender.storage.migrate import upgrade
from recommender.workspace import Workspace
from tests.golden.shipped import NOON, Json, shipped_environment, shipped_workspace
from tests.web.visitor import Clock, Site, Visitor
from web import create_app

ATTRIBUTES = """
[[attribute]]
id = "rear_sunshade"
kind = "boolean"
group = "comfort"
better = "more"
importance = "comfort"
limit = true
label = { zh = "后排遮阳帘", en = "Rear sunshades" }
advantage = { zh = "后排有遮阳帘", en = "Shade in the second row" }
drawback = { zh = "后排没有遮阳帘", en = "No shade in the second row" }

[[attribute]]
id = "picnic_table_l"
kind = "number"
unit = "L"
group = "comfort"
better = "more"
importance = "space"
limit = true
minimum = 0
maximum = 200
label = { zh = "野餐桌收纳", en = "Picnic table stowage" }
advantage = { zh = "野餐桌放得下", en = "Room for the picnic table" }
drawback = { zh = "野餐桌放不下", en = "Little room for the picnic table" }
encoding = { transform = "linear", reference = 20, scale = 10, low = 0, high = 60, unknown = 10 }
"""
PART_WORTHS = """
[[part_worth]]
attribute = "rear_sunshade"
means = { families = 0.3, young_urban = 0.0, outdoor = 0.0, rural = 0.0 }
sd = 0.1
source = "evidence"
citation = "invented for this test"
"""
QUESTIONS = """
[[question]]
id = "shade"
page = "cargo"
kind = "choice"
text = { zh = "后排需要遮阳帘吗？", en = "Do you need shades in the second row?" }
why = { zh = "孩子午睡用得上。", en = "Children sleep better with them." }

[[question.option]]
id = "no"
zh = "不需要"
en = "No"

[[question.option]]
id = "nice"
zh = "有更好"
en = "Nice to have"
segments = { families = 3.0 }
part_worths = { rear_sunshade = 0.5 }

[[question.option]]
id = "must"
zh = "必须有"
en = "A must"
limit = { attribute = "rear_sunshade", op = "is", value = true }

[[question]]
id = "picnic_l"
page = "cargo"
kind = "number"
unit = "L"
minimum = 1
maximum = 200
show_if = { shade = ["missing", "nice", "must"] }
text = { zh = "野餐桌要占多少升？", en = "How many litres does your picnic table take?" }
why = { zh = "放不下的车会排除。", en = "Cars without the room are left out." }

[[question.limit]]
attribute = "picnic_table_l"
op = "at_least"

[[question.band]]
at_least = 30
part_worths = { picnic_table_l = 2.5 }
"""


@dataclass(frozen=True)
class World:
    """Registry, catalogue, model and application with the new attributes."""

    registry: Registry
    catalogue: Path
    models: Path
    site: Site

    def result(self, **request: object) -> Json:
        response = self.site.app.test_client().post("/api/v1/recommendations", json=request)
        assert response.status_code == 200, response.text
        return dict(json.loads(response.data))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    registry = load_registry(new_registry(folder / "registry"))
    catalogue = new_catalogue(folder / "catalogue")
    read = read_catalogue(catalogue, registry)
    artefact = evidence_artefact(registry, read)
    write_artefact(artefact, folder / "models")
    promote(folder / "models", artefact.version, registry)
    model = read_model(folder / "models", registry)
    settings = load_settings(
        {}, catalogue_dir=catalogue, models_dir=folder / "models", state_dir=folder / "var", rate_limit="0"
    )
    workspace = Workspace(settings, registry, make_market(registry, read, model), Clock(NOON))
    upgrade(workspace.database)
    app = create_app(settings, workspace)
    return World(registry, catalogue, folder / "models", Site(workspace, app, cast(Clock, workspace.clock)))


def new_registry(folder: Path) -> Path:
    folder.mkdir()
    for path in Path(packaged.__file__).parent.glob("*.toml"):
        shutil.copy(path, folder)
    (folder / "attributes_picnic.toml").write_text(ATTRIBUTES, encoding="utf-8")
    (folder / "segments_picnic.toml").write_text(PART_WORTHS, encoding="utf-8")
    (folder / "questions_picnic.toml").write_text(QUESTIONS, encoding="utf-8")
    return folder


def new_catalogue(folder: Path) -> Path:
    """Every third car has shades, every fifth does not say; stowage runs through 0 to 60 litres."""
    shutil.copytree(Path(shipped_environment()["RECOMMENDER_CATALOGUE_DIR"]), folder)
    with (folder / "trims.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    filled = []
    for number, row in enumerate(rows):
        shade = "" if number % 5 == 4 else ("true" if number % 3 == 0 else "false")
        filled.append([*row, shade, str(number * 7 % 61)])
    with (folder / "trims.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [[*header, "rear_sunshade", "picnic_table_l"], *filled]
        )
    return folder


def cars(document: Json) -> list[Json]:
    return cast(list[Json], document["recommendations"])


def value(car: Json, attribute: str) -> object:
    return cast(Json, car["attributes"])[attribute]


# ------------------------------------------------------------------------------------------- without it
def test_without_the_blocks_it_is_refused(tmp_path: Path) -> None:
    """What the rest of this file shows cannot come from the shipped registry."""
    request = {
        "answers": {"shade": "must"},
        "limits": [{"attribute": "rear_sunshade", "is": True}],
        "weights": {"picnic_table_l": 2},
    }
    with pytest.raises(Rejected) as refusal:
        shipped_workspace().recommend(request)
    assert {(p.path, p.code) for p in refusal.value.problems} == {
        ("/answers/shade", "unknown_question"),
        ("/limits/0/attribute", "unknown_attribute"),
        ("/weights/picnic_table_l", "unknown_weight"),
    }
    with pytest.raises(Rejected) as refusal:
        read_catalogue(new_catalogue(tmp_path / "catalogue"), load_registry())
    assert {p.path for p in refusal.value.problems} >= {"trims.csv:1:rear_sunshade"}


def test_the_shipped_model_is_refused_by_name(world: World) -> None:
    with pytest.raises(Rejected) as refusal:
        read_model(Path(shipped_environment()["RECOMMENDER_MODELS_DIR"]), world.registry)
    assert [p.code for p in refusal.value.problems] == ["model_other_registry"]


# ---------------------------------------------------------------------------------------- what is listed
def test_the_interface_lists_them(world: World) -> None:
    client = world.site.app.test_client()
    attributes = {a["id"]: a for a in client.get("/api/v1/attributes").get_json()["attributes"]}
    shade, table = attributes["rear_sunshade"], attributes["picnic_table_l"]
    assert (shade["kind"], shade["importance"], shade["limit"]) == ("boolean", "comfort", True)
    assert shade["coverage"] == pytest.approx(0.8, abs=0.001)
    assert shade["label"] == {"zh": "后排遮阳帘", "en": "Rear sunshades"}
    assert (table["unit"], table["better"], table["coverage"]) == ("L", "more", 1.0)
    questions = {q["id"]: q for q in client.get("/api/v1/questions").get_json()["questions"]}
    assert [option["id"] for option in questions["shade"]["options"]] == ["no", "nice", "must"]
    assert questions["shade"]["options"][1]["zh"] == "有更好"
    picnic = questions["picnic_l"]
    assert (picnic["page"], picnic["minimum"], picnic["maximum"], picnic["unit"]) == ("cargo", 1, 200, "L")
    assert picnic["show_if"] == {"shade": ["missing", "nice", "must"]}


def test_the_documents_name_them(world: World) -> None:
    page = registry_page(world.registry)
    assert "rear_sunshade" in page
    assert "picnic_l" in page
    openapi = world.site.app.test_client().get("/openapi.json").text
    assert '"shade"' in openapi
    assert '"picnic_table_l"' in openapi


# ------------------------------------------------------------------------------------------ on the pages
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ["后排需要遮阳帘吗？", "有更好", "必须有", "野餐桌要占多少升？", "孩子午睡用得上。"]),
        ("en", ["Do you need shades in the second row?", "Nice to have", "A must", "How many litres"]),
    ],
)
def test_the_form_asks_and_stores_and_the_result_obeys(world: World, lang: str, words: list[str]) -> None:
    visitor = Visitor(world.site, language=lang)
    page = visitor.get("/find/cargo")
    for word in words:
        assert word in page.text()
    assert [e.get("value") for e in page.all("input", name="shade")][:3] == ["no", "nice", "must"]
    visitor.answer("cargo", {"shade": "must", "picnic_l": "４０"})
    checked = visitor.get("/check")
    assert words[2] in checked.one("div", id="row-shade").text()
    assert "40" in checked.one("div", id="row-picnic_l").text()
    result = visitor.post("/check")
    label = world.registry.attributes["rear_sunshade"].label.get(lang)
    assert label in result.text()
    document = dict(json.loads(visitor.client.get(f"{visitor.address}.json").data))
    limits = cast(list[Json], document["limits"])
    assert [(x["attribute"], x["source"]) for x in limits] == [
        ("rear_sunshade", "shade"),
        ("picnic_table_l", "picnic_l"),
    ]
    assert len(cars(document)) == 5
    for car in cars(document):
        assert value(car, "rear_sunshade") is True
        assert cast(float, value(car, "picnic_table_l")) >= 40


def test_a_refused_answer_is_named_at_its_question(world: World) -> None:
    visitor = Visitor(world.site)
    page = visitor.answer("cargo", {"shade": "maybe", "picnic_l": "500"}, status=422)
    links = [e.get("href") for e in page.one("div", id="error-summary").walk() if e.tag == "a"]
    assert links == ["#shade-1", "#picnic_l"]
    visitor.answer("cargo", {"shade": "no", "picnic_l": "20"})
    assert "20" not in visitor.get("/check").one("main").text().split("野餐桌要占多少升？")[-1][:20]


# ------------------------------------------------------------------------------------------- the ranking
def test_the_wish_moves_the_utility_and_the_reason_names_it(world: World) -> None:
    budget = {"budget_cny": 150_000}
    many = {"top": 50, "per_line": 50, "per_brand": 50, "lang": "en"}
    before = world.result(answers={**budget, "shade": "no"}, **many)
    after = world.result(answers={**budget, "shade": "nice"}, **many)
    shares = [cast(list[dict[str, float]], d["segments"])[0]["probability"] for d in (before, after)]
    assert shares[1] > shares[0] + 0.1, "the answer speaks for a family"
    terms = [{car["config_id"]: term(car, "rear_sunshade") for car in cars(d)} for d in (before, after)]
    moved = [terms[1][config_id] - terms[0][config_id] for config_id in terms[0].keys() & terms[1]]
    assert min(moved) == pytest.approx(0.0, abs=1e-9), "a car without shades has nothing of it"
    assert 0.3 < max(moved) < 0.6, "the stated half, less what repeated words would saturate"
    with_shade = [sum(value(car, "rear_sunshade") is True for car in cars(d)) for d in (before, after)]
    assert with_shade[1] > with_shade[0], with_shade
    insisting = world.result(answers={**budget, "shade": "nice"}, weights={"rear_sunshade": 10}, lang="en")
    for car in cars(insisting):
        assert value(car, "rear_sunshade") is True
        reasons = {r["attribute"]: str(r["text"]) for r in cast(list[Json], car["reasons"])}
        assert "Rear sunshades" in reasons["rear_sunshade"]


def term(car: Json, attribute: str) -> float:
    return next(
        cast(float, t["utility"]) for t in cast(list[Json], car["terms"]) if t["attribute"] == attribute
    )


def test_a_band_of_the_number_moves_the_ranking(world: World) -> None:
    small, large = (world.result(answers={"picnic_l": litres}, top=10) for litres in (29, 30))
    found = [[cast(float, value(car, "picnic_table_l")) for car in cars(d)] for d in (small, large)]
    assert min(found[0]) >= 29
    assert sum(found[1]) > sum(found[0]) + 50, "from 30 litres on more room is worth more"
    assert any(
        reason["attribute"] == "picnic_table_l"
        for car in cars(large)
        for reason in cast(list[Json], car["reasons"])
    )


def test_limits_weights_and_ways_out_know_them(world: World) -> None:
    limit = {"attribute": "picnic_table_l", "at_least": 61}
    document = world.result(limits=[limit], lang="en")
    assert cars(document) == []
    ways = cast(list[Json], document["relaxations"])
    assert "Picnic table stowage" in str(ways[0]["text"])
    assert cast(list[Json], ways[0]["changes"])[0]["to"] == 60
    answers = {"answers": {"shade": "nice"}, "top": 50, "per_line": 50, "per_brand": 50}
    none = world.result(**answers, weights={"rear_sunshade": 0})
    assert all(
        term["utility"] == 0
        for car in cars(none)
        for term in cast(list[Json], car["terms"])
        if term["attribute"] == "rear_sunshade"
    )


def test_the_catalogue_check_reads_them(world: World, tmp_path: Path) -> None:
    folder = shutil.copytree(world.catalogue, tmp_path / "catalogue")
    text = (folder / "trims.csv").read_text(encoding="utf-8").splitlines()
    text[1] = text[1].rsplit(",", 2)[0] + ",maybe,900"
    (folder / "trims.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    with pytest.raises(Rejected) as refusal:
        read_catalogue(folder, world.registry)
    assert {p.path for p in refusal.value.problems} == {
        "trims.csv:2:rear_sunshade",
        "trims.csv:2:picnic_table_l",
    }


def test_the_new_world_answers_as_the_old_one_otherwise(world: World) -> None:
    """A question nobody answers and an attribute nobody asks for leave the model's other terms alone."""
    limits = [{"attribute": "brand", "one_of": ["Leapmotor"]}, {"attribute": "length_mm", "at_most": 4600}]
    request: Json = {"limits": limits, "date": "2026-11-22"}
    every: Json = {"top": 50, "per_line": 50, "per_brand": 50}
    old = shipped_workspace().recommend({**request, **every})
    new = {car["config_id"]: car for car in cars(world.result(**request, **every))}
    assert {item.config_id for item in old.items} == set(new)
    assert 10 < len(new) < 50
    for item in old.items:
        for one in item.terms:
            assert term(new[item.config_id], one.attribute) == pytest.approx(one.utility, abs=1e-6)
