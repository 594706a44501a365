"""Builds with an option on request under limits on money."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.services.market import Market, make_market
from recommender.services.ranking import ranked
from tests.builders import CARS, make_catalogue
from tests.configurator.options import option

REGISTRY = load_registry()
TRIM = str(CARS[0]["trim_id"])
PRICE = int(CARS[0]["price_cny"])  # type: ignore[arg-type]


def market() -> Market:
    """One car, to which a fridge can be added at a price that nobody prints."""
    catalogue = make_catalogue(REGISTRY, CARS[:1])
    fridge = option("fridge", None, sets={"fridge": "true"}, trim_id=TRIM)
    catalogue = replace(catalogue, options=(fridge,))
    return make_market(REGISTRY, catalogue, EvidenceModel(build_prior(REGISTRY, catalogue.columns, "test")))


def considered(**keys: object) -> tuple[int, int]:
    """Trims that obey, trims left out only because a value is not known."""
    place = market()
    request = parse_request(keys, REGISTRY, place.vocabulary, dt.date(2026, 11, 22))
    _, found = ranked(request, place)
    return len(found.rows), found.left_out_unknown


def price(op: str, cny: int) -> dict[str, object]:
    return {"limits": [{"attribute": "price_cny", op: cny}, {"attribute": "fridge", "is": True}]}


def test_never_inside_a_hard_budget_but_unknown_where_the_known_part_fits() -> None:
    assert considered(**price("at_most", PRICE + 1000)) == (0, 1)
    assert considered(**price("at_most", PRICE + 1000), unknown="mark") == (1, 0)


def test_broken_where_the_known_part_alone_is_too_dear() -> None:
    assert considered(**price("at_most", PRICE - 1)) == (0, 0)
    assert considered(**price("at_most", PRICE - 1), unknown="mark") == (0, 0)


def test_a_lower_bound_may_yet_be_reached() -> None:
    assert considered(**price("at_least", PRICE + 1000)) == (0, 1)
    assert considered(**price("at_least", PRICE + 1000), unknown="mark") == (1, 0)
