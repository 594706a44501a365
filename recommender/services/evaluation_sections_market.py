"""Section "market" of docs/evaluation.json: from the figures of the market check to text and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

_TEXT = (
    "A crowd of synthetic buyers (segments, answers, budgets, places and part-worths drawn from the shipped "
    "model) takes new cars on sale by logit; its shares of model lines stand against cars sold. Rank "
    "correlation (Spearman) and squared error of log sales after the best common level, {lines} lines, "
    "{people} buyers; fitted rows predict lines left out ({folds} folds, {repeats} splits); 95 % intervals "
    "from resampled lines. Differences are paired with the shipped model.",
    "Sales by line are not part of this project; only these figures are. Sources: S08 (sales by line, "
    "{month}), S10 (totals by powertrain).",
)
_ANCHORS = (
    "Powertrains re-anchored on national totals: the constant that meets them, and the shift that the prior "
    "allows (docs/decisions/0030)."
)
_ROWS = (
    "The same ridge on the rows of the sales table as printed, where a line with two powertrains stands "
    "twice with the sales of the whole line: rows of one line in both halves flatter the figures."
)


def market_document(figures: Json) -> dict[str, object]:
    """The section. ``figures``: lines, people, folds, repeats, month; ``rows``: [{name, spearman, ...}] as
    ``market_check.figures`` gives them; ``pairs``: [{one, other, d_spearman, ...}]; ``anchors``: powertrain
    -> published, before, after, constant, error, shift, shift_error; ``table_rows``: name -> [rows apart,
    lines together]; ``measured``."""
    return {
        "title": "Market check",
        "text": [paragraph.format_map(figures) for paragraph in _TEXT],
        "tables": [
            {
                "caption": "",
                "columns": [
                    "prediction",
                    "rank correlation",
                    "squared error",
                    "difference of the rank correlation",
                ],
                "rows": [_row(row) for row in figures["rows"]],
            },
            {
                "caption": "Paired differences of the rank correlation.",
                "columns": ["prediction", "against", "difference"],
                "rows": [_pair(row) for row in figures["pairs"]],
            },
            {
                "caption": _ANCHORS,
                "columns": ["powertrain", "sold", "crowd before", "crowd after", "constant", "shift"],
                "rows": [_anchor(name, row) for name, row in figures["anchors"].items()],
            },
            {
                "caption": _ROWS,
                "columns": ["ridge on the table's columns", "rows apart", "lines kept together"],
                "rows": [
                    [name, *(f"{value:.2f}" for value in pair)]
                    for name, pair in figures["table_rows"].items()
                ],
            },
        ],
        "measured": figures["measured"],
        "figures": dict(figures),
    }


def market_section(section: Json) -> str:
    """The section as Markdown, for who renders it alone."""
    parts = [f"## {section['title']}\n", *(f"{paragraph}\n" for paragraph in section["text"])]
    for found in section["tables"]:
        parts += [f"{found['caption']}\n"] if found["caption"] else []
        lines = [found["columns"], ["---"] * len(found["columns"]), *found["rows"]]
        parts.append("".join(f"| {' | '.join(line)} |\n" for line in lines))
    return "\n".join([*parts, f"Measured on {section['measured']}.\n"])


def _row(row: Json) -> list[str]:
    difference = (
        f"{row['d_spearman']:+.3f} {_interval(row['d_spearman_interval'])}" if "d_spearman" in row else ""
    )
    return [
        str(row["name"]),
        f"{row['spearman']:.3f} {_interval(row['spearman_interval'])}",
        f"{row['squared_error']:.2f} {_interval(row['squared_error_interval'], 2)}",
        difference,
    ]


def _pair(row: Json) -> list[str]:
    difference = f"{row['d_spearman']:+.3f} {_interval(row['d_spearman_interval'])}"
    return [str(row["one"]), str(row["other"]), difference]


def _anchor(name: str, row: Json) -> list[str]:
    shares = [f"{100 * row[key]:.1f} %" for key in ("published", "before", "after")]
    constant = f"{row['constant']:+.2f} ± {row['error']:.2f}"
    return [name, *shares, constant, f"{row['shift']:+.3f} ± {row['shift_error']:.3f}"]


def _interval(pair: Sequence[float], decimals: int = 3) -> str:
    return f"({pair[0]:.{decimals}f} … {pair[1]:.{decimals}f})"
