"""Any JSON value as a request, and any bytes, end in a result or in named problems, never otherwise."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import cast

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recommender.domain.errors import Rejected
from recommender.registry.load import load_registry
from recommender.registry.messages import problem_document
from recommender.services.documents import recommendation_document
from tests.golden.shipped import shipped_workspace
from tests.strategies import requests

REGISTRY = load_registry()

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["unknown", "", "20万", "２０", "北京", "suv", "BYD", "1e9", "-0", "\ud800", "\u202e", "\x00"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [*REGISTRY.attributes, *REGISTRY.importances, *REGISTRY.questions, "attribute", "shown"]
)
rules = st.sampled_from(["attribute", "at_least", "at_most", "one_of", "none_of", "is", "fixed"])
levels = st.sampled_from(["city", "suv", "AWD", "BYD", True, False, 5, -1.5, 10**15])
limits = st.lists(
    st.dictionaries(rules, names | levels | st.lists(levels, max_size=2) | scalars, max_size=4), max_size=4
)


def said(problems: object) -> None:
    """There are problems, and each can be put into words in both languages."""
    assert problems
    for problem in cast(list[object], problems):
        for lang in ("zh", "en"):
            document = problem_document(problem, REGISTRY, lang)  # type: ignore[arg-type]
            assert document["message"]
            assert document["remedy"]
            assert "\n" not in document["message"]


def ends_well(raw: object) -> bool:
    """True for a result; its numbers are finite and its sums add up."""
    try:
        found = shipped_workspace().recommend(raw)  # type: ignore[arg-type]
    except Rejected as refusal:
        said(refusal.problems)
        return False
    json.dumps(recommendation_document(found), allow_nan=False)
    for item in found.items:
        assert math.isclose(sum(term.utility for term in item.terms), item.utility, abs_tol=1e-6)
    return True


@given(values)
@example({"limits": [{"attribute": "seats", "at_least": 5}] * 65})
@example({"date": {"$date": 1}})
@example({"trade_offs": [{"shown": [[], {}], "chosen": []}]})
def test_any_value(value: object) -> None:
    ends_well(value if isinstance(value, dict) else json.dumps(value))


@given(st.dictionaries(st.sampled_from(["answers", "weights"]), st.dictionaries(names, values, max_size=5)))
def test_any_answers_and_weights(request: dict[str, object]) -> None:
    ends_well(request)


@given(limits, st.sampled_from(["exclude", "mark"]))
def test_any_limits(rules_given: list[object], unknown: str) -> None:
    ends_well({"limits": rules_given, "unknown": unknown})


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_and_any_text(body: bytes | str) -> None:
    ends_well(body)


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u', max_size=60))
def test_almost_json(body: str) -> None:
    ends_well(body)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.deferred(lambda: requests(REGISTRY, shipped_workspace().vocabulary)), values, st.integers(min_value=0)
)
def test_a_good_request_with_one_thing_replaced(
    request: dict[str, object], value: object, place: int
) -> None:
    """The way inputs go wrong in life: everything is right but one value."""
    assert ends_well(request)
    holders = list(containers(request))
    holder, key = holders[place % len(holders)] if holders else (request, "top")
    holder[key] = value  # type: ignore[index]
    ends_well(request)
    try:
        text = json.dumps(request)
    except ValueError:
        return
    ends_well(text)


def containers(value: object) -> Iterator[tuple[dict[str, object] | list[object], str | int]]:
    """Every place of a document where another value can be put."""
    pairs: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, inner in pairs:
        yield value, key  # type: ignore[misc]
        yield from containers(inner)


def test_a_result_and_a_refusal_are_both_reached() -> None:
    assert ends_well({})
    assert not ends_well({"top": 0})
