"""The card of the shipped model: who it speaks of, what it rests on, what it must not be used for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from recommender.choice.artefact import Artefact

_TOLD: Mapping[str, str] = {
    "survey": """## What a survey says

Car buyers in Shanghai, Shenzhen and Chengdu, July and August 2012: no village, no county town, old cars.
Signs and order carry over, levels do not: each figure has the doubt named beside it, and the rural segment
keeps its evidence. The survey's powertrain and brand levels are not used.
""",
    "market": """## What was re-anchored on the market

Powertrain levels, so that a simulated crowd buys them as China did in the months named; the error is one
standard deviation. Brands have no part-worth: selling well is no reason to be recommended.
""",
}
_END = """## How good it is

Measured in `docs/evaluation.md`; section "market" holds simulated shares against sales of lines that nothing
was fitted to, with intervals. Method: `docs/decisions/0030`.

## Not for

Claims about groups of people, willingness to pay, forecasts of sales, petrol cars, other countries. Most
figures are expert start values with wide intervals; a survey replaces them (`recommender train`).
"""


def prior_card(artefact: Artefact) -> str:
    """Markdown; every figure comes from the artefact."""
    used = int((artefact.means.any(axis=0) | artefact.sds.any(axis=0)).sum())
    sources = ", ".join(f"{count} {name}" for name, count in sorted(Counter(artefact.sources).items()))
    shares = zip(artefact.segments, artefact.shares, strict=True)
    parts = [
        f"# {artefact.version}\n",
        "Preference model from what is published; no choice of a user of this product has been seen.\n",
        "## Who and what\n",
        f"- Columns: {len(artefact.columns)}, of which {used} have a part-worth. Sources: {sources}.",
        f"- Prior shares of the segments: {', '.join(f'{name} {share:.2f}' for name, share in shares)}. "
        "Segments\n  are judgement placed by cited figures, not found in data; own answers override them.",
        f"- Values not known are assumed a little worse than usual at the price, estimated on the "
        f"{artefact.metrics['trims']} trims of catalogue `{artefact.metrics['catalogue_version']}`.",
        "- `sd` is the spread of taste within a segment together with what the evidence leaves open.\n",
    ]
    for kind, text in _TOLD.items():
        rows = _told(artefact, kind)
        if rows:
            parts += [text, *rows, ""]
    return "\n".join([*parts, _END])


def _told(artefact: Artefact, kind: str) -> list[str]:
    """What the citations of the columns say after this word, one line a column."""
    means = (artefact.shares @ artefact.means).tolist()
    rows = []
    for column, citation, mean in zip(artefact.columns, artefact.citations, means, strict=True):
        _, found, told = citation.partition(f"; {kind}: ")
        if found:
            rows.append(f"- {column.name}: {told.split('; market: ')[0]}; mean now {mean:+.3f}")
    return rows
