"""What must hold for every person, on the full ranking before diversity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recommender.choice.evidence_model import EvidenceModel
from recommender.choice.prior import build_prior
from recommender.domain.catalogue import Catalogue
from recommender.domain.limits import Limit
from recommender.domain.recommendation import Recommendation
from recommender.domain.table import LevelColumn, NumberColumn
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.services.consideration import Consideration, consider
from recommender.services.market import Market, make_market
from recommender.services.person import read_person
from recommender.services.recommend import recommend
from recommender.services.scoring import Scores, score
from tests.builders import make_catalogue
from tests.strategies import Raw, requests

TODAY = dt.date(2026, 11, 22)


@cache
def registry() -> Registry:
    return load_registry()


@cache
def catalogue() -> Catalogue:
    return make_catalogue(registry())


@cache
def model() -> EvidenceModel:
    return EvidenceModel(build_prior(registry(), catalogue().columns, "test"))


@cache
def market() -> Market:
    return make_market(registry(), catalogue(), model())


def people() -> st.SearchStrategy[Raw]:
    return requests(registry(), market().vocabulary)


def ranked(raw: Raw, on: Market | None = None) -> tuple[Scores, Consideration]:
    place = on or market()
    request = parse_request(raw, registry(), place.vocabulary, TODAY)
    scores = score(read_person(request, place), place)
    return scores, consider(scores)


def ids(found: tuple[Scores, Consideration]) -> list[str]:
    """Trims in order; of each trim only its best build is considered."""
    scores, considered = found
    return [_trim_id(scores, row) for row in considered.rows.tolist()]


def _trim_id(scores: Scores, row: int) -> str:
    return scores.market.catalogue.trims[scores.market.table.trim_of[row]].trim_id


def utilities(found: tuple[Scores, Consideration]) -> dict[str, float]:
    scores, considered = found
    return {_trim_id(scores, row): float(scores.utility[row]) for row in considered.rows.tolist()}


def answer(raw: Raw, on: Market | None = None) -> Recommendation:
    place = on or market()
    return recommend(parse_request(raw, registry(), place.vocabulary, TODAY), place)


def obeys(value: object, limit: Limit, levels: Sequence[str]) -> bool:
    """A limit judged on a plain value, written apart from the vectorised test. None never obeys."""
    if value is None:
        return False
    if limit.op == "is":
        return value == limit.value
    if limit.op == "one_of":
        return value in limit.value  # type: ignore[operator]
    if limit.op == "none_of":
        return value not in limit.value  # type: ignore[operator]
    if isinstance(value, str):
        gap = levels.index(value) - levels.index(str(limit.value))
    else:
        gap = float(value) - float(limit.value)  # type: ignore[arg-type, assignment]
    return gap >= 0 if limit.op == "at_least" else gap <= 0


@given(people())
def test_every_car_obeys_every_limit(raw: Raw) -> None:
    found = answer(raw)
    for item in found.items:
        for limit in found.limits:
            levels = registry().attributes[limit.attribute].level_ids
            value = item.attributes[limit.attribute]
            passed = value is None and raw.get("unknown") == "mark"
            assert passed or obeys(value, limit, levels), (limit, value)
            assert not passed or limit.attribute in item.unknown


@given(people())
def test_nothing_that_obeys_is_left_out(raw: Raw) -> None:
    scores, considered = ranked(raw)
    best = set(considered.rows.tolist())
    obeying: set[str] = set()
    for row in range(len(scores.market.table)):
        values = {a: c.value(row) for a, c in scores.person.columns.items()}
        good = all(
            (values[x.attribute] is None and raw.get("unknown") == "mark")
            or obeys(values[x.attribute], x, registry().attributes[x.attribute].level_ids)
            for x in scores.person.limits
        )
        assert good or row not in best
        obeying |= {_trim_id(scores, row)} if good else set()
    assert sorted(obeying) == sorted(ids((scores, considered)))


@given(people())
def test_terms_add_up_and_reasons_are_terms(raw: Raw) -> None:
    for item in answer(raw).items:
        assert abs(sum(term.utility for term in item.terms) - item.utility) <= 1e-6
        named = {term.attribute for term in item.terms}
        assert item.reasons
        assert item.drawbacks
        for reason in (*item.reasons, *item.drawbacks):
            assert reason.attribute in named
        for reason in item.reasons:
            assert item.attributes[reason.attribute] is not None, "an unknown value is no reason"
        margins = {term.attribute: term.utility - term.reference for term in item.terms}
        for sign, said in ((1, item.reasons), (-1, item.drawbacks)):
            for reason in said:
                none = "没有哪项" in reason.text or "No value" in reason.text
                assert none == (sign * margins[reason.attribute] <= 0), "no drawback that is none"


@given(people(), st.integers(1, 400_000))
def test_raising_the_budget_removes_no_car(raw: Raw, more: int) -> None:
    given_answers = dict(raw["answers"])  # type: ignore[call-overload]
    assume(given_answers.get("budget_cny"))
    richer = {**given_answers, "budget_cny": min(5_000_000, int(given_answers["budget_cny"]) + more)}
    before, after = ids(ranked(raw)), ids(ranked({**raw, "answers": richer}))
    assert set(before) <= set(after)


@given(people(), st.sampled_from(["seats", "boot_l", "electric_range_km"]), st.integers(2, 800))
def test_adding_a_limit_adds_no_car(raw: Raw, attribute: str, bound: int) -> None:
    bound = min(bound, 9) if attribute == "seats" else bound
    before = ids(ranked(raw))
    after = ids(ranked({**raw, "limits": [{"attribute": attribute, "at_least": bound}]}))
    assert set(after) <= set(before)
    kept = [config for config in before if config in set(after)]
    assert kept == after, "a limit changes the order of no two cars"


@given(people(), st.randoms(use_true_random=False))
def test_order_of_rows_and_questions_changes_nothing(raw: Raw, random: object) -> None:
    order = list(range(len(catalogue().trims)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = rearranged(catalogue(), order)
    place = make_market(registry(), shuffled, model())
    mixed = list(dict(raw["answers"]).items())  # type: ignore[call-overload]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = answer(raw), answer({**raw, "answers": dict(mixed)}, place)
    assert [i.config_id for i in first.items] == [i.config_id for i in second.items]
    assert [i.utility for i in first.items] == pytest.approx([i.utility for i in second.items], abs=1e-9)
    assert [r.text for r in first.relaxations] == [r.text for r in second.relaxations]


@given(people(), st.integers(0, 7))
def test_a_row_given_twice_changes_no_other(raw: Raw, which: int) -> None:
    rows = [*range(len(catalogue().trims)), which]
    doubled = rearranged(catalogue(), rows, {len(rows) - 1: "ZZ"})
    before = utilities(ranked(raw))
    after = utilities(ranked(raw, make_market(registry(), doubled, model())))
    twin = after.pop("ZZ", None)
    assert after == pytest.approx(before, abs=1e-9)
    original = catalogue().trims[which].trim_id
    assert (twin is None) == (original not in before)
    assert twin is None or twin == pytest.approx(before[original], abs=1e-9)


@given(people(), st.integers(0, 7))
def test_a_dominated_car_changes_no_order(raw: Raw, which: int) -> None:
    """The same car for 60,000 more: the others keep utility and order, and it never leads its twin."""
    rows = [*range(len(catalogue().trims)), which]
    worse = rearranged(catalogue(), rows, {len(rows) - 1: "ZZ"})
    price = worse.columns["price_cny"]
    assert isinstance(price, NumberColumn)
    dearer = price.values.copy()
    dearer[-1] += 60_000
    worse = replace(worse, columns={**worse.columns, "price_cny": NumberColumn(dearer)})
    before = ranked({**raw, "weights": {}})
    after = ranked({**raw, "weights": {}}, make_market(registry(), worse, model()))
    rest = [config for config in ids(after) if config != "ZZ"]
    assert rest == ids(before)
    original = catalogue().trims[which].trim_id
    if "ZZ" in ids(after):
        assert original in rest
        assert ids(after).index(original) < ids(after).index("ZZ")


@given(people(), st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_scaling_all_weights_keeps_the_order(raw: Raw, factor: float) -> None:
    weights = {a.id: factor for a in registry().attributes.values()}
    plain = {**raw, "weights": {}}
    assert ids(ranked({**raw, "weights": weights})) == ids(ranked(plain))


@given(people())
def test_shares_and_probabilities_are_probabilities(raw: Raw) -> None:
    found = answer(raw)
    assert sum(s.probability for s in found.segments) == pytest.approx(1.0)
    assert all(0.0 <= s.low <= s.probability <= s.high <= 1.0 for s in found.segments)
    assert 0.0 <= found.confidence.top_1 <= 1.0
    assert all(0.0 <= i.choice_probability <= 1.0 for i in found.items)
    assert sum(i.choice_probability for i in found.items) <= 1.0 + 1e-6


@given(people())
def test_a_short_list_comes_with_ways_out_that_work(raw: Raw) -> None:
    found = answer(raw)
    scores, considered = ranked(raw)
    everything = len(market().catalogue.trims)
    if len(considered.rows) == everything:
        assert found.relaxations == ()
    elif found.consideration_set_size < int(raw.get("top", 5)):  # type: ignore[call-overload]
        assert found.relaxations, "no limit is fixed here, so some change admits a car"
        best = {r.best for r in found.relaxations}
        assert not best & set(ids((scores, considered)))


@given(people())
def test_the_named_weight_makes_the_car_first(raw: Raw) -> None:
    """A counterfactual is a promise: run it."""
    found = answer({**raw, "per_line": 9, "per_brand": 9})
    for item in found.items:
        for counterfactual in item.counterfactuals:
            if "weight" not in counterfactual.change or counterfactual.effect != "rank 1":
                continue
            importance, to = str(counterfactual.change["weight"]), counterfactual.change["to"]
            weights = {**raw.get("weights", {}), importance: to}  # type: ignore[dict-item]
            again = answer({**raw, "weights": weights, "per_line": 9, "per_brand": 9})
            assert again.items[0].config_id == item.config_id


def test_no_answers_give_the_prior_shares_and_a_full_list_of_low_confidence() -> None:
    found = answer({})
    shares = {s.segment: s.probability for s in found.segments}
    assert shares == pytest.approx({s.id: s.share for s in registry().segments})
    assert list(shares) == ["families", "young_urban", "outdoor", "rural"]
    assert len(found.items) == 5


def test_two_of_a_brand_one_of_a_line_and_the_brand_rule_gives_way() -> None:
    found = answer({"top": 6})
    lines = [i.model for i in found.items]
    assert len(lines) == len(set(lines)) == 6, "six lines of three brands: the brand rule gave way"
    five = answer({"top": 5})
    brands = [i.brand for i in five.items]
    assert max(brands.count(b) for b in brands) == 2


def rearranged(source: Catalogue, rows: list[int], renamed: dict[int, str] | None = None) -> Catalogue:
    """The catalogue with its rows taken in this order; ``renamed``: new trim ids by position."""
    index = np.array(rows, dtype=np.intp)
    columns = {name: column.take(index) for name, column in source.columns.items()}
    trims = tuple(
        replace(source.trims[row], trim_id=(renamed or {}).get(n, source.trims[row].trim_id))
        for n, row in enumerate(rows)
    )
    assert all(isinstance(c, NumberColumn | LevelColumn) for c in columns.values())
    options = tuple(
        replace(option, trim_id=trim.trim_id)
        for row, trim in zip(rows, trims, strict=True)
        for option in source.options
        if option.trim_id == source.trims[row].trim_id
    )
    return replace(source, trims=trims, columns=columns, options=options)
