"""What must hold for any request whatever."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from random import Random
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from recommender.domain.buyer import Answer, Request, TradeOff
from recommender.domain.errors import Problem, Rejected
from recommender.domain.limits import Limit, Op
from recommender.registry.answers import parse_answer, parse_request, request_document
from recommender.registry.load import load_registry
from recommender.registry.messages import problem_document
from recommender.registry.model import Attribute, Question, Registry
from recommender.registry.path import option_ids, path
from tests.registry.small import SMALL, TODAY, VOCABULARY, parse

REGISTRY = load_registry(SMALL)
SHIPPED = load_registry()

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def answer_strategy(question: Question, registry: Registry) -> SearchStrategy[Answer]:
    """Canonical answers of a question."""
    items = list(VOCABULARY.brands) if question.kind == "brands" else list(option_ids(question, registry))
    if question.kind in ("integer", "number"):
        low, high = question.minimum, question.maximum
        return st.integers(int(low if low is not None else 0), int(high if high is not None else 10**6))
    if question.kind == "boolean":
        return st.booleans()
    if question.kind == "place":
        return st.sampled_from(["110100", "220000", "610100"])
    if question.kind == "choice":
        return st.sampled_from(items)
    alone = {option.id for option in question.options if option.exclusive}
    several = st.lists(
        st.sampled_from([item for item in items if item not in alone]),
        min_size=1,
        max_size=question.max_items,
        unique=True,
    )
    return several.map(lambda chosen: tuple(sorted(chosen, key=items.index)))


@st.composite
def answers(draw: st.DrawFn, registry: Registry) -> Mapping[str, Answer]:
    """Canonical answers to some of the questions, disjoint where they must be, in the registry's order."""
    asked = draw(st.sets(st.sampled_from(list(registry.questions))))
    found: dict[str, Answer] = {}
    for question in registry.questions.values():
        if question.id in asked and question.disjoint_with not in found:
            found[question.id] = draw(answer_strategy(question, registry))
    return found


@st.composite
def limits(draw: st.DrawFn, attribute: Attribute) -> Limit:
    fixed = draw(st.booleans())
    levels = attribute.level_ids or VOCABULARY.catalogue_levels.get(attribute.id, ())
    if attribute.kind == "boolean":
        return Limit(attribute.id, "is", draw(st.booleans()), fixed=fixed)
    if attribute.kind == "number":
        op: Op = draw(st.sampled_from(cast(list[Op], ["at_least", "at_most"])))
        # Fractions of eighths: written and read without loss, and whole ones are integers.
        eighths = draw(st.integers(0, 10**7))
        return Limit(attribute.id, op, eighths // 8 if eighths % 8 == 0 else eighths / 8, fixed=fixed)
    chosen = draw(st.lists(st.sampled_from(levels), min_size=1, unique=True))
    op = draw(st.sampled_from(cast(list[Op], ["one_of", "none_of", "is"])))
    return Limit(attribute.id, op, chosen[0] if op == "is" else tuple(chosen), fixed=fixed)


LIMITABLE = [attribute for attribute in REGISTRY.attributes.values() if attribute.limit]
TRADE_OFFS = st.lists(st.sampled_from(["T1", "T1~OPT", "T2"]), min_size=1, unique=True).flatmap(
    lambda shown: st.sampled_from([*shown, None]).map(lambda chosen: TradeOff(tuple(shown), chosen))
)
WEIGHTS = st.dictionaries(
    st.sampled_from([*REGISTRY.importances, *REGISTRY.attributes]), st.floats(0, 10), max_size=4
)
REQUESTS = st.builds(
    Request,
    answers=answers(REGISTRY),
    limits=st.lists(
        st.sampled_from(LIMITABLE).flatmap(limits), max_size=4, unique_by=lambda x: x.attribute
    ).map(tuple),
    weights=WEIGHTS,
    trade_offs=st.lists(TRADE_OFFS, max_size=3).map(tuple),
    unknown=st.sampled_from(["exclude", "mark"]),
    top=st.integers(1, 50),
    per_line=st.integers(1, 50),
    per_brand=st.integers(1, 50),
    lang=st.sampled_from(["zh", "en"]),
    date=st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31)),
)


def accepted_or_explained(raw: object) -> None:
    try:
        assert isinstance(parse(raw, REGISTRY), Request)
    except Rejected as refused:
        for problem in refused.problems:
            explained(problem)


def explained(problem: Problem) -> None:
    """Each problem has a pointer and complete sentences in both languages."""
    assert problem.path == "" or problem.path.startswith("/")
    for lang in ("zh", "en"):
        document = problem_document(problem, SHIPPED, lang)
        assert all(isinstance(text, str) for text in document.values())
        assert document["message"]
        assert document["remedy"]
        json.dumps(document, ensure_ascii=False).encode("utf-8")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_explained(raw: bytes) -> None:
    accepted_or_explained(raw)


@given(JSON)
def test_any_json_is_read_or_explained(document: object) -> None:
    accepted_or_explained(json.dumps(document))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(request_document(Request()), JSON)))
def test_known_keys_with_any_value_are_read_or_explained(document: Mapping[str, object]) -> None:
    accepted_or_explained(document)


@given(st.dictionaries(st.sampled_from(list(REGISTRY.questions)), JSON, max_size=6))
def test_known_questions_with_any_answer_are_read_or_explained(given_answers: Mapping[str, object]) -> None:
    accepted_or_explained({"answers": given_answers})


@given(st.sampled_from(list(SHIPPED.questions.values())), JSON | st.lists(st.text(max_size=9), max_size=4))
def test_any_form_value_is_read_or_explained(question: Question, raw: object) -> None:
    try:
        answer = parse_answer(question, raw, SHIPPED, VOCABULARY)
    except Rejected as refused:
        for problem in refused.problems:
            explained(problem)
    else:
        assert answer is None or isinstance(answer, (bool, int, float, str, tuple))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(REQUESTS)
def test_a_request_survives_its_document(request: Request) -> None:
    text = json.dumps(request_document(request), ensure_ascii=False)
    assert parse(text, REGISTRY) == request


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(answers(SHIPPED), st.randoms())
def test_forms_and_json_read_the_same_answers(given_answers: Mapping[str, Answer], random: Random) -> None:
    """Each answer as form strings, in any order of keys and ticks, is the answer of the JSON document."""
    as_form: dict[str, Answer] = {}
    for key in random.sample(list(given_answers), len(given_answers)):
        answer = given_answers[key]
        typed: object = str(answer)
        if isinstance(answer, tuple):
            typed = random.sample(list(answer), len(answer))
        elif isinstance(answer, bool):
            typed = "true" if answer else "false"
        read = parse_answer(SHIPPED.questions[key], typed, SHIPPED, VOCABULARY)
        assert read is not None
        as_form[key] = read
    document = {"answers": {k: list(v) if isinstance(v, tuple) else v for k, v in given_answers.items()}}
    assert parse_request(document, SHIPPED, VOCABULARY, TODAY).answers == as_form == given_answers


@given(answers(SHIPPED))
def test_the_fast_path_is_part_of_the_whole_path(given_answers: Mapping[str, Answer]) -> None:
    whole = path(given_answers, SHIPPED, fast=False)
    fast = path(given_answers, SHIPPED, fast=True)
    assert [page for page in whole if SHIPPED.pages_by_id[page].fast] == list(fast)
    assert [page.id for page in SHIPPED.pages if page.id in whole] == list(whole)
