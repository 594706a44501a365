"""Near misses, conflicts, sources of reasons, explanations, comparisons, critiques and next answers: each is
checked by running what it says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain.buyer import Request
from recommender.domain.errors import Rejected
from recommender.domain.limits import Limit
from recommender.services.compare import compare
from recommender.services.consideration import Consideration
from recommender.services.critique import criticised, critique
from recommender.services.documents_decision import (
    comparison_document,
    critiques_document,
    explanation_document,
    next_answers_document,
)
from recommender.services.explain import explain
from recommender.services.market import Market, make_market
from recommender.services.next_answers import next_answers
from recommender.services.ranking import ranked
from recommender.services.recommend import recommend
from recommender.services.scoring import Scores
from tests.builders import make_catalogue
from tests.services.small_markets import TODAY, asked, model, registry

some = settings(max_examples=settings().max_examples // 2)
Case = tuple[Request, Market]
SOURCES = {"stated", "survey", "evidence", "market"}


def admitted(request: Request, market: Market) -> set[str]:
    """Trims of the consideration set."""
    considered = ranked(request, market)[1]
    return {market.catalogue.trims[t].trim_id for t in market.table.trim_of[considered.rows]}


def with_limits(request: Request, market: Market, limits: tuple[Limit, ...]) -> Request:
    """The request with only these of its limits."""
    assert set(limits) <= set(ranked(request, market)[0].person.limits)
    return replace(request, limits=limits)


# ------------------------------------------------------------ few fit, none fits
@some
@given(asked(top=10), st.data())
def test_the_frontier_counts_what_more_money_admits(case: Case, data: st.DataObject) -> None:
    request, market = case
    request = replace(request, answers={k: v for k, v in request.answers.items() if k != "budget_cny"})
    found = recommend(request, market)
    budget = next((one for one in request.limits if one.attribute == "total_price_cny"), None)
    if budget is None or budget.fixed or found.consideration_set_size >= 3 * request.top:
        assert found.frontier == ()
        return
    before, bound = admitted(request, market), int(budget.value)  # type: ignore[arg-type]

    def raised(extra: float) -> set[str]:
        others = tuple(one for one in request.limits if one is not budget)
        return admitted(replace(request, limits=(*others, replace(budget, value=bound + extra))), market)

    assert [s.extra_cny for s in found.frontier] == sorted({s.extra_cny for s in found.frontier})
    for step in found.frontier:
        now = raised(step.extra_cny)
        assert step.to == bound + step.extra_cny <= bound * 1.2
        assert step.admits == len(now - before) > 0
        assert market.catalogue.trims[market.table.trim_of[market.row_of[step.best]]].trim_id in now - before
        assert len(raised(step.extra_cny - 1) - before) < step.admits, "no smaller sum does it"
    extra = data.draw(st.integers(1, bound // 5))
    told = max((s.admits for s in found.frontier if s.extra_cny <= extra), default=0)
    if len(found.frontier) < 8:
        assert len(raised(extra) - before) == told


@some
@given(asked())
def test_conflicts_name_limits_that_no_car_obeys_together(case: Case) -> None:
    request, market = case
    request = replace(request, answers={})
    found = recommend(request, market)
    assert bool(found.conflicts) == (found.consideration_set_size == 0)
    for conflict in found.conflicts:
        assert admitted(with_limits(request, market, conflict.limits), market) == set()
        for fewer in itertools.combinations(conflict.limits, len(conflict.limits) - 1):
            assert admitted(with_limits(request, market, fewer), market), "without any one of them a car fits"
    assert len(found.conflicts) <= 3


# ------------------------------------------------------------ reasons
@some
@given(asked())
def test_every_reason_has_the_source_of_its_term(case: Case) -> None:
    request, market = case
    for item in recommend(request, market).items:
        sources = {term.attribute: term.source for term in item.terms}
        for reason in (*item.reasons, *item.drawbacks):
            assert reason.source == sources[reason.attribute]
            assert reason.source in SOURCES
            assert reason.source_text
            words = market.registry.messages["reason_source.stated"].get(request.lang)
            assert (reason.source_text == words) == (reason.source == "stated")


@some
@given(asked())
def test_without_its_first_reason_the_margin_shrinks(case: Case) -> None:
    """Deletion: the attribute is given no weight and the whole is run again on the same cars."""
    request, market = case
    scores, considered = ranked(request, market)
    for item in recommend(request, market).items:
        terms = {term.attribute: term for term in item.terms}
        first = terms[item.reasons[0].attribute]
        if first.utility - first.reference <= 0.0:
            rest = [t.utility - t.reference for t in item.terms if item.attributes[t.attribute] is not None]
            assert max(rest) <= 0.01, "a reason that is no advantage only where there is none"
            continue
        deleted = replace(request, weights={**request.weights, first.attribute: 0.0})
        after = ranked(deleted, market)[0]
        row = market.row_of[item.config_id]
        assert margin(after, considered, row) < margin(scores, considered, row)


def margin(scores: Scores, considered: Consideration, row: int) -> float:
    """Utility above the reference car of the same consideration set."""
    reference = np.median(scores.terms(considered.rows), axis=0)
    return float(scores.terms(np.array([row]))[0].sum() - reference.sum())


# ------------------------------------------------------------ explain, compare
@some
@given(asked(), st.data())
def test_any_configuration_is_explained_as_the_list_explains_it(case: Case, data: st.DataObject) -> None:
    request, market = case
    scores, considered = ranked(request, market)
    config_id = data.draw(st.sampled_from(market.table.config_ids))
    row = market.row_of[config_id]
    found = explain(request, market, config_id)
    assert found.item.config_id == config_id
    assert (found.rank is None) == bool(found.violates) == (not considered.found.feasible[row])
    assert sum(term.utility for term in found.item.terms) == pytest.approx(scores.utility[row], abs=1e-6)
    document = explanation_document(found)
    assert document["rank"] == found.rank
    assert document["why_not"]
    for limit in scores.person.limits:
        value = found.item.attributes[limit.attribute]
        kept_out = not holds(limit, value, market, passes=request.unknown == "mark")
        assert kept_out == (limit in found.violates), (limit, value)
    if found.rank is not None:
        before = [r for r in considered.rows.tolist() if key(scores, r) < key(scores, row)]
        assert found.rank == 1 + len(before)
    listed = {item.config_id: item for item in recommend(request, market).items}
    if config_id in listed:
        assert replace(found.item, rank=0, tied_with_next=False) == replace(
            listed[config_id], rank=0, tied_with_next=False
        )


def key(scores: Scores, row: int) -> tuple[float, float, str]:
    """The order of the contract: utility down, total price up, configuration id up."""
    total = scores.person.columns["total_price_cny"].value(row)
    known = float(total) if isinstance(total, int | float) else float("inf")
    return -float(scores.utility[row]), known, scores.market.table.config_ids[row]


def holds(limit: Limit, value: object, market: Market, *, passes: bool) -> bool:
    """One limit judged on one plain value; ``passes``: a value that is not known does."""
    if value is None:
        return passes
    if limit.op == "is":
        return value == limit.value
    if limit.op in ("one_of", "none_of"):
        return (value in limit.value) == (limit.op == "one_of")  # type: ignore[operator]
    levels = market.registry.attributes[limit.attribute].level_ids
    gap = (
        levels.index(value) - levels.index(str(limit.value))
        if isinstance(value, str)
        else value - limit.value
    )  # type: ignore[operator]
    return bool(gap >= 0 if limit.op == "at_least" else gap <= 0)


@some
@given(asked(), st.data())
def test_a_comparison_tells_every_difference_and_who_is_best(case: Case, data: st.DataObject) -> None:
    request, market = case
    ids = data.draw(st.lists(st.sampled_from(market.table.config_ids), min_size=2, max_size=4, unique=True))
    found = compare(request, market, ids)
    items = [explained.item for explained in found.configurations]
    assert [item.config_id for item in items] == ids
    gaps = [difference.gap for difference in found.differences]
    assert gaps == sorted(gaps, reverse=True)
    told = {difference.attribute for difference in found.differences}
    for name, values in ((n, {i.attributes[n] for i in items}) for n in items[0].attributes):
        assert (name in told) == (len(values) > 1 and market.registry.attributes[name].show)
    terms = [{term.attribute: term.utility for term in item.terms} for item in items]
    for difference in found.differences:
        for config_id in difference.best:
            place = ids.index(config_id)
            assert difference.values[place] is not None
            worth = terms[place].get(difference.attribute, 0.0)
            known = [
                t.get(difference.attribute, 0.0)
                for t, v in zip(terms, difference.values, strict=True)
                if v is not None
            ]
            assert worth >= max(known) - 1e-9, "the best is best by the person's own utility"
    assert len(comparison_document(found)["differences"]) == len(found.differences)  # type: ignore[arg-type]


def test_what_cannot_be_compared_or_explained_is_named() -> None:
    request, market = small()
    with pytest.raises(Rejected) as refusal:
        explain(request, market, "A11")
    problem = refusal.value.problems[0]
    assert (problem.path, problem.code, problem.value) == ("/config_id", "configuration_not_found", "A11")
    with pytest.raises(Rejected) as refusal:
        explain(request, market, "A1~GONE")
    assert refusal.value.problems[0].params["nearest"][0].startswith("A1")  # type: ignore[index]
    with pytest.raises(Rejected) as refusal:
        compare(request, market, ["A1"])
    assert [p.code for p in refusal.value.problems] == ["compare_count"]
    with pytest.raises(Rejected) as refusal:
        compare(request, market, ["A1", "A1", "A2", "V1", "R1"])
    assert {p.code for p in refusal.value.problems} == {"compare_count", "compare_twice"}
    with pytest.raises(Rejected) as refusal:
        compare(request, market, ["nothing", "A1", "zzz"])
    assert [p.path for p in refusal.value.problems] == ["/config_ids/0", "/config_ids/2"]


def small() -> Case:
    return Request(date=TODAY), make_market(registry(), make_catalogue(registry()), model())


# ------------------------------------------------------------ critiques, next answers
@some
@given(asked(), st.data())
def test_a_critique_leaves_as_many_cars_as_it_says_and_all_are_better(
    case: Case, data: st.DataObject
) -> None:
    request, market = case
    config_id = data.draw(st.sampled_from(market.table.config_ids))
    scores = ranked(request, market)[0]
    row = market.row_of[config_id]
    found = critique(request, market, config_id, at_most=100)
    for one in found:
        again = criticised(request, one)
        assert again.limits[: len(request.limits)] == request.limits
        result = recommend(again, market)
        assert result.consideration_set_size == one.count >= 1
        left = ranked(again, market)[1].rows
        assert market.table.config_ids[left[0]] == one.best
        assert (one.kind == "unit") == (len(one.gains) == 1) == (len(one.limits) == 1)
        for gain, limit in zip(one.gains, one.limits, strict=True):
            assert gain.before == scores.person.columns[gain.attribute].value(row)
            values = {scores.person.columns[gain.attribute].value(r) for r in left.tolist()} - {None}
            assert gain.to in every_value(scores, gain.attribute)
            assert (limit.attribute, limit.value) == (gain.attribute, gain.to)
            assert all(value != gain.before for value in values), "strictly better"
        for loss in one.losses:
            assert config_id not in {market.table.config_ids[r] for r in left.tolist()}, loss
    assert len({one.limits for one in found}) == len(found)
    assert len(critiques_document(found)["critiques"]) == len(found)  # type: ignore[arg-type]


def every_value(scores: Scores, attribute: str) -> set[object]:
    column = scores.person.columns[attribute]
    return {column.value(row) for row in range(len(column))}


@settings(max_examples=max(10, settings().max_examples // 10))
@given(asked())
def test_a_next_answer_really_changes_the_first_three(case: Case) -> None:
    request, market = case
    before = [item.config_id for item in recommend(request, market).items][:3]
    found = next_answers(request, market)
    assert len(found) <= 12
    for one in found:
        assert one.question not in request.answers
        answered = replace(request, answers={**request.answers, one.question: one.answer})
        after = [item.config_id for item in recommend(answered, market).items][:3]
        assert after != before
        assert set(one.enters) == set(after) - set(before)
        assert set(one.leaves) == set(before) - set(after)
        assert one.text
    assert len(next_answers_document(found)["answers"]) == len(found)  # type: ignore[arg-type]


def test_some_answer_changes_the_first_three_of_someone_who_said_nothing() -> None:
    assert next_answers(*small())
