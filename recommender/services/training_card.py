"""The card of a trained model: what it was made from, how good it is, what it must not be used for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import cast

from recommender.choice.artefact import Artefact

_LARGEST = 8


def training_card(artefact: Artefact) -> str:
    """Markdown; every figure comes from the artefact's metrics."""
    metrics = artefact.metrics
    scores = cast(Mapping[str, Mapping[str, float]], metrics["held_out"])
    size, fitted = scores["size"], scores["fitted"]
    sources = ", ".join(f"{count} {name}" for name, count in sorted(Counter(artefact.sources).items()))
    verdict = "kept" if metrics["kept"] else "not better than the prior, so the prior's part-worths were kept"
    return "\n".join(
        [
            f"# {artefact.version}",
            "",
            f"Fitted on {metrics['tasks']} choices of {metrics['persons']} people (`{metrics['data']}`), "
            f"seed {metrics['seed']}, around `{metrics['prior']}`: one common shift of the part-worths of "
            "all segments.",
            "",
            *_field(metrics),
            f"Held out: {size['persons']:.0f} people, {size['tasks']:.0f} choices; mean log-likelihood a "
            "choice (respondent-clustered standard error).",
            "",
            "| model | log-likelihood |",
            "|---|---|",
            *(f"| {name} | {_pair(scores[name], 'll')} |" for name in ("uniform", "prior", "fitted")),
            "",
            f"Gain of the fit over the prior: {_pair(fitted, 'd_ll')}; {verdict}. What is written was "
            "then fitted on all people.",
            "",
            *_outside(metrics),
            f"Sources of the part-worths: {sources}. Largest shifts: {_shifts(metrics)}.",
            "",
            "Limits: one shift for everybody says nothing about differences between people; `sd` is still "
            "the spread of the evidence. Not for claims about groups or willingness to pay.",
            "",
        ]
    )


def _pair(score: Mapping[str, float], name: str) -> str:
    return f"{score[name]:.4f} ({score[name + '_se']:.4f})"


def _field(metrics: Mapping[str, object]) -> list[str]:
    if not metrics["field_choices"]:
        return []
    return [
        f"{metrics['field_choices']} of the choices were made on the pages of this product, by people who "
        "allowed it; the pairs were those that told most, not a random sample.",
        "",
    ]


def _outside(metrics: Mapping[str, object]) -> list[str]:
    if "outside_utility" not in metrics:
        return ['"Neither" was never offered: its utility stays the policy\'s.', ""]
    return [
        f'Utility of "neither": {metrics["outside_utility"]:.3f} ± {metrics["outside_utility_sd"]:.3f}.',
        "",
    ]


def _shifts(metrics: Mapping[str, object]) -> str:
    shifts = cast(Mapping[str, Mapping[str, float]], metrics["shifts"])
    largest = sorted(shifts, key=lambda name: (-abs(shifts[name]["shift"]) / shifts[name]["prior_sd"], name))
    return ", ".join(f"{name} {shifts[name]['shift']:+.2f}" for name in largest[:_LARGEST]) or "none"
