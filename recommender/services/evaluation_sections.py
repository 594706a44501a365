"""Sections of docs/evaluation.json about questions and intervals: from figures to text and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.choice.artefact import Floats
from recommender.services.coverage import MembershipCoverage
from recommender.services.regret import Curve, questions_needed

Section = dict[str, object]
_REGRET = (
    "{people} synthetic people answer the questionnaire as the shipped model has it; their part-worths are "
    "drawn from what the model believes of somebody with these answers. They choose between pairs of real "
    "cars that obey their limits with the noise of the logit model, and may take neither. Regret: utility "
    "that the best car for a person has above the car shown first, and the mean of the same over the first "
    "three; ± is one standard error over people. The noise of one choice has a spread of about 1.3 units.",
    "*adaptive*: the pair with the largest expected gain. *neighbours*: first against second, third against "
    "fourth of the person's list. *fixed*: the same places of everybody's list. *random*: any pair of the "
    "first {leading} lines. All learn from the answers in the same way.",
)
_COVERAGE = (
    "Share of synthetic people for whom a stated 90 % interval holds what it is about; aimed at 85 to 95 %. "
    "First choice: the true choice probability of the car believed best, by number of trade-offs answered.",
    "Segments: the membership that somebody would state who knew the true shares and likelihood ratios; each "
    "person lives in a world of his own, drawn from their spread. *overlapping*: answers that say the same "
    "count less, as the model assumes; *independent*: every answer counts in full, which the intervals do "
    "not claim to cover.",
)


def regret_section(
    curves: Sequence[Curve],
    by_answers: Mapping[int, tuple[Floats, Floats]],
    times_ms: Mapping[str, tuple[float, float]],
    *,
    leading: int,
    measured: str,
) -> Section:
    """Curves of several orders over the same people, regret by number of answers, and what the computation
    takes: median and 90th percentile."""
    people, questions = len(curves[0].regret), curves[0].regret.shape[1] - 1
    tables = [
        _curve_table(curves, place, name) for place, name in enumerate(("first car", "first three cars"))
    ]
    tables.append(_needed_table(curves, questions))
    tables.append(
        {
            "caption": "Regret without any trade-off, when only the first so many answers are used:",
            "columns": ["answers", "first car", "first three cars"],
            "rows": [
                [count, *(_with_error(mean[n], error[n]) for n in (0, 1))]
                for count, (mean, error) in by_answers.items()
            ],
        }
    )
    tables.append(
        {
            "caption": "Time in milliseconds, one thread:",
            "columns": ["", "median", "90th percentile"],
            "rows": [[name, f"{middle:.1f}", f"{high:.1f}"] for name, (middle, high) in times_ms.items()],
        }
    )
    return {
        "title": "Trade-offs asked in several orders",
        "text": [text.format(people=people, leading=leading) for text in _REGRET],
        "tables": tables,
        "measured": measured,
    }


def coverage_section(
    curves: Mapping[str, Curve], membership: MembershipCoverage, segments: Sequence[str], *, measured: str
) -> Section:
    """``curves``: by what the people are and how they were asked."""
    counts = range(next(iter(curves.values())).held.shape[1])
    return {
        "title": "Coverage of the intervals",
        "text": list(_COVERAGE),
        "tables": [
            {
                "caption": "First choice, by trade-offs answered:",
                "columns": ["people", *map(str, counts)],
                "rows": [
                    [f"{name} ({len(curve.held)})", *(_share(held) for held in curve.held.mean(axis=0))]
                    for name, curve in curves.items()
                ],
            },
            {
                "caption": f"Segments, {membership.people} people:",
                "columns": ["answers", *segments, "all"],
                "rows": [
                    [name, *map(_share, found), _share(float(found.mean()))]
                    for name, found in (
                        ("overlapping", membership.overlapping),
                        ("independent", membership.independent),
                    )
                ],
            },
        ],
        "measured": measured,
    }


def _curve_table(curves: Sequence[Curve], place: int, name: str) -> Section:
    questions = curves[0].regret.shape[1]
    return {
        "caption": f"Regret of the {name}, by trade-offs answered:",
        "columns": ["order", *map(str, range(questions))],
        "rows": [
            [c.order, *(_with_error(c.mean[n, place], c.error[n, place]) for n in range(questions))]
            for c in curves
        ],
    }


def _needed_table(curves: Sequence[Curve], questions: int) -> Section:
    """How many adaptive questions do what the other orders need so many for."""
    adaptive = next(curve for curve in curves if curve.order == "adaptive")
    rows = []
    for curve in curves:
        if curve is adaptive:
            continue
        for count in range(2, questions + 1, 2):
            needed = [
                questions_needed(adaptive.mean[:, place], float(curve.mean[count, place])) for place in (0, 1)
            ]
            rows.append([curve.order, count, *("more" if n is None else _of(n, count) for n in needed)])
    return {
        "caption": "Adaptive questions after which the regret is no larger than after so many of another "
        "order (goal: 60 % of *fixed*):",
        "columns": ["order", "questions", "adaptive, first car", "adaptive, first three"],
        "rows": rows,
    }


def _of(needed: int, count: int) -> str:
    return f"{needed} ({round(100 * needed / count)} %)"


def _with_error(value: float, error: float) -> str:
    return f"{value:.3f} ± {error:.3f}"


def _share(share: float | np.floating) -> str:
    return f"{100 * float(share):.1f} %"
