"""Every offered way out, taken for any person, admits the car that it names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from recommender.services.documents import relaxation_document
from recommender.services.recommend import recommend
from recommender.workspace import Workspace
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
        ]
    ),
    unique_by=str,
    max_size=2,
)


@cache
def workspace_of_tests() -> Workspace:
    """No database is opened, so the folder is never made."""
    return make_workspace(Path("nowhere"))


@given(answers=ANSWERS, limits=LIMITS)
def test_a_way_out_admits_its_car_and_breaks_no_other_limit(
    answers: dict[str, object], limits: list[dict[str, object]]
) -> None:
    workspace = workspace_of_tests()
    raw = {"answers": answers, "limits": limits, "top": 50, "per_line": 50, "per_brand": 50}
    asked = workspace.parse(raw)
    for way in recommend(asked, workspace.market).relaxations:
        changes = read_changes(Node(relaxation_document(way)))
        changed = loosened(asked, changes, workspace.registry, workspace.vocabulary)
        found = recommend(changed, workspace.market)
        # Another build of the car may be better still within the wider limits.
        best = way.best.split("~")[0]
        assert best in {item.trim_id for item in found.items}, (answers, limits, way)
        touched = {change.attribute for change in way.changes}
        before = {
            limit for limit in recommend(asked, workspace.market).limits if limit.attribute not in touched
        }
        assert {limit for limit in found.limits if limit.attribute not in touched} == before
