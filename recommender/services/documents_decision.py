"""The JSON of explain, compare, critiques and next answers, built from domain values."""

from __future__ import annotations

from recommender.services.compare import Comparison, Difference
from recommender.services.critique import Critique
from recommender.services.documents import Document, item_document
from recommender.services.explain import Explained
from recommender.services.next_answers import NextAnswer
from recommender.services.trade_offs import NextPair


def explanation_document(explained: Explained) -> Document:
    """The recommendation object with ``rank`` (null when a limit is broken), ``violates`` and ``why_not``."""
    return {
        **item_document(explained.item),
        "rank": explained.rank,
        "violates": [limit.to_json() for limit in explained.violates],
        "why_not": explained.why_not,
    }


def comparison_document(comparison: Comparison) -> Document:
    return {
        "configurations": [explanation_document(explained) for explained in comparison.configurations],
        "differences": [_difference_document(difference) for difference in comparison.differences],
    }


def _difference_document(difference: Difference) -> Document:
    return {
        "attribute": difference.attribute,
        "values": list(difference.values),
        "best": list(difference.best),
    }


def critiques_document(critiques: tuple[Critique, ...]) -> Document:
    """``limits`` of a critique are added to those of the request; its undo is the request as it was."""
    return {"critiques": [_critique_document(critique) for critique in critiques]}


def _critique_document(critique: Critique) -> Document:
    return {
        "kind": critique.kind,
        "gains": [
            {"attribute": gain.attribute, "from": gain.before, "to": gain.to} for gain in critique.gains
        ],
        "losses": list(critique.losses),
        "limits": [limit.to_json() for limit in critique.limits],
        "count": critique.count,
        "best": critique.best,
        "text": critique.text,
    }


def next_answers_document(answers: tuple[NextAnswer, ...]) -> Document:
    """``enters`` and ``leaves``: config ids of the first three; both empty where only their order changes."""
    return {
        "answers": [
            {
                "question": answer.question,
                "answer": list(answer.answer) if isinstance(answer.answer, tuple) else answer.answer,
                "enters": list(answer.enters),
                "leaves": list(answer.leaves),
                "text": answer.text,
            }
            for answer in answers
        ]
    }


def trade_off_document(found: NextPair) -> Document:
    """``pair``: two recommendation objects, or null and ``stop`` says why; ``asked``: choices made so far."""
    return {
        "pair": [item_document(item) for item in found.pair] or None,
        "differences": [_difference_document(difference) for difference in found.differences],
        "expected_gain": found.expected_gain,
        "stop": found.stop,
        "asked": found.asked,
    }
