"""Hypothesis strategies made from the registry: people who answer anything that may be answered."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from recommender.registry.model import Question, Registry
from recommender.registry.path import option_ids
from recommender.registry.vocabulary import Vocabulary

Raw = dict[str, object]

_STEPS = 40
"""Numbers are drawn from a grid over their bounds: neighbours meet, and limits are met exactly."""


def answers(registry: Registry, vocabulary: Vocabulary) -> st.SearchStrategy[Raw]:
    """Any subset of the questions with valid answers (best and worst kept disjoint)."""
    optional = {q.id: _answer(q, registry, vocabulary) for q in registry.questions.values()}
    return st.fixed_dictionaries({}, optional=optional).map(_disjoint)


def requests(registry: Registry, vocabulary: Vocabulary) -> st.SearchStrategy[Raw]:
    """A whole ANSWERS.json with answers, weights, and how unknown values are taken."""
    names = [*registry.importances, *(a.id for a in registry.attributes.values())]
    return st.fixed_dictionaries(
        {"answers": answers(registry, vocabulary)},
        optional={
            "weights": st.dictionaries(st.sampled_from(names), st.integers(0, 10).map(float), max_size=4),
            "unknown": st.sampled_from(["exclude", "mark"]),
            "top": st.integers(1, 10),
        },
    )


def _answer(question: Question, registry: Registry, vocabulary: Vocabulary) -> st.SearchStrategy[object]:
    if question.kind in ("integer", "number"):
        return _number(question)
    if question.kind == "boolean":
        return st.booleans()
    if question.kind == "place":
        return st.sampled_from([p.code for p in vocabulary.places if p.level != "country"])
    ids = list(vocabulary.brands) if question.kind == "brands" else list(option_ids(question, registry))
    if question.kind == "choice":
        return st.sampled_from(ids)
    exclusive = {option.id for option in question.options if option.exclusive}
    most = min(len(ids), question.max_items or 3)
    several = st.lists(
        st.sampled_from([i for i in ids if i not in exclusive]), min_size=1, max_size=most, unique=True
    )
    return st.one_of(several, st.sampled_from([[i] for i in exclusive])) if exclusive else several


def _number(question: Question) -> st.SearchStrategy[object]:
    low = int(question.minimum if question.minimum is not None else 0)
    high = int(question.maximum if question.maximum is not None else 10_000)
    if high - low <= _STEPS:
        return st.integers(low, high)
    step = max(1, (high - low) // _STEPS)
    return st.integers(0, _STEPS).map(lambda i: min(high, low + i * step))


def _disjoint(drawn: Mapping[str, object]) -> Raw:
    found = dict(drawn)
    best, worst = found.get("best"), found.get("worst")
    if isinstance(best, list) and isinstance(worst, list):
        kept = [item for item in worst if item not in best]
        found["worst"] = kept or None
    for liked, avoided in (("brands_prefer", "brands_avoid"),):
        first, second = found.get(liked), found.get(avoided)
        if isinstance(first, list) and isinstance(second, list):
            found[avoided] = [item for item in second if item not in first] or None
    return found
