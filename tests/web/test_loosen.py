"""Every offered way out, taken for any person, admits the car that it names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.buyer import Request
from recommender.domain.recommendation import Recommendation, Relaxation
from recommender.services.documents import relaxation_document
from recommender.services.market import make_market
from recommender.services.recommend import recommend
from recommender.workspace import Workspace
from tests.builders import CARS, OPTIONS, make_catalogue
from tests.configurator.options import option
from tests.web.visitor import make_workspace
from web.document import Node
from web.loosen import loosened, read_changes

ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "people_max": st.integers(1, 9),
        "budget_cny": st.sampled_from([40_001, 60_000, 100_003, 200_000]),
        "budget_kind": st.sampled_from(["ceiling", "about"]),
        "budget_basis": st.sampled_from(["all_in", "list"]),
        "energy": st.sampled_from(["bev_only", "prefer_bev", "open", "hybrid_only"]),
        "plate": st.sampled_from(["any", "bev_only"]),
        "swap_wanted": st.sampled_from(["no", "nice", "must"]),
        "parking_length_mm": st.integers(3000, 5000),
        "body_types": st.lists(st.sampled_from(["mpv", "sedan", "pickup"]), min_size=1, unique=True),
        "body_kind": st.sampled_from(["only", "prefer"]),
        "adas_need": st.sampled_from(["none", "l2", "highway", "city"]),
        "adas_must": st.booleans(),
        "safety_musts": st.lists(st.sampled_from(["isofix", "sentry"]), min_size=1, unique=True),
        "condition": st.sampled_from(["new", "both", "used"]),
        "used_max_km": st.integers(0, 50_000),
        "brands_avoid": st.lists(st.sampled_from(["Alpha", "Beta", "Gamma"]), min_size=1, unique=True),
    },
)
LIMITS = st.lists(
    st.sampled_from(
        [
            {"attribute": "seats", "at_least": 6},
            {"attribute": "powertrain", "one_of": ["BEV"]},
            {"attribute": "towing_kg", "at_least": 1000},
            {"attribute": "fridge", "is": True},
            {"attribute": "price_cny", "at_most": 110_000},
        ]
    ),
    unique_by=str,
    max_size=2,
)


@cache
def workspace_of_tests() -> Workspace:
    """No database is opened, so the folder is never made. A fridge can be added to every car, at a price that
    nobody prints."""
    workspace = make_workspace(Path("nowhere"))
    cars = [{**car, "fridge": False} for car in CARS]
    fridges = [option("fridge", None, sets={"fridge": "true"}, trim_id=str(car["trim_id"])) for car in CARS]
    catalogue = make_catalogue(workspace.registry, cars, options=(*OPTIONS, *fridges))
    market = make_market(workspace.registry, catalogue, workspace.market.model)
    return replace(workspace, market=market)


def assert_admitted(asked: Request, way: Relaxation) -> Recommendation:
    """The result of the request that the page makes of a way out."""
    workspace = workspace_of_tests()
    changes = read_changes(Node(relaxation_document(way)))
    changed = loosened(asked, changes, workspace.registry, workspace.vocabulary)
    found = recommend(changed, workspace.market)
    # Another build of the car may be better still within the wider limits.
    assert way.best.split("~")[0] in {item.trim_id for item in found.items}, (asked, way)
    return found


@given(answers=ANSWERS, limits=LIMITS)
def test_a_way_out_admits_its_car_and_breaks_no_other_limit(
    answers: dict[str, object], limits: list[dict[str, object]]
) -> None:
    workspace = workspace_of_tests()
    raw = {"answers": answers, "limits": limits, "top": 50, "per_line": 50, "per_brand": 50}
    asked = workspace.parse(raw)
    for way in recommend(asked, workspace.market).relaxations:
        found = assert_admitted(asked, way)
        touched = {change.attribute for change in way.changes}
        before = {
            limit for limit in recommend(asked, workspace.market).limits if limit.attribute not in touched
        }
        assert {limit for limit in found.limits if limit.attribute not in touched} == before


def test_a_way_out_that_moves_the_budget_and_opens_it_does_both() -> None:
    """The fridge has no price, and every car alone is dearer than the budget."""
    workspace = workspace_of_tests()
    limits = [{"attribute": "fridge", "is": True}, {"attribute": "seats", "at_least": 6, "fixed": True}]
    for basis, attribute in (("list", "price_cny"), ("all_in", "total_price_cny")):
        asked = workspace.parse({"answers": {"budget_cny": 60_000, "budget_basis": basis}, "limits": limits})
        ways = recommend(asked, workspace.market).relaxations
        assert ways
        for way in ways:
            assert [change.attribute for change in way.changes] == [attribute, attribute]
            assert [change.accept_unknown for change in way.changes] == [False, True]
            found = assert_admitted(asked, way)
            chosen = next(item for item in found.items if item.trim_id == way.best.split("~")[0])
            assert "fridge" in chosen.options
            assert chosen.price_cny is None
