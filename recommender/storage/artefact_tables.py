"""The arrays of a preference model as tables that a person can read, and back.

Numbers are written with ``repr``: what is read is bit for bit what was written. Readers collect every fault
as a Problem with ``file:row:column`` (header = row 1) and leave NaN in its place.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

import numpy as np

from recommender.choice.artefact import Artefact, CarClasses, ColumnSpec, Floats
from recommender.domain.errors import Problem, shown
from recommender.registry.model import Encoding, PartWorthSource, Transform

ENCODING, PART_WORTHS, MEMBERSHIP = "encoding.csv", "part_worths.csv", "membership.csv"
CLASSES = "classes.csv"
METRICS, CARD = "metrics.json", "card.md"
FILES = (ENCODING, PART_WORTHS, MEMBERSHIP, CLASSES, METRICS, CARD)

_FIGURES = ("reference", "scale", "low", "high", "unknown")
_UNKNOWN = "unknown_at_"
FARTHEST = 1e9
"""Beyond every price in CNY, length and part-worth: larger figures overflow in what is reckoned with them."""
_LINE, _LENGTH = "line", "length_mm"
_AND_ABOVE = "and_above"
"""Stands as the transform of a level column that is 1 for its level and all above (ordered attributes)."""


@dataclass
class Faults:
    """Collects problems below one folder; ``place`` stands before every path."""

    place: str
    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, code: str, value: object = "", **params: object) -> None:
        self.found.append(Problem(f"{self.place}/{path}", code, shown(value) if value != "" else "", params))

    def number(self, text: str | None, file: str, row: int, column: str) -> float:
        """A finite number of a size that can be reckoned with, else a problem (NaN for what is no number)."""
        try:
            value = float(text or "")
        except ValueError:
            self.add(f"{file}:{row}:{column}", "model_broken", text or "", detail=column)
            return math.nan
        if not math.isfinite(value):
            self.add(f"{file}:{row}:{column}", "model_not_finite", text or "")
        elif abs(value) > FARTHEST:
            self.add(f"{file}:{row}:{column}", "model_broken", text or "", detail=f"{column} > 1e9")
        return value


def tables(artefact: Artefact) -> dict[str, bytes]:
    """File name -> content of everything but the manifest."""
    metrics = json.dumps(artefact.metrics, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    texts = {
        ENCODING: _encoding_text(artefact),
        PART_WORTHS: _part_worths_text(artefact),
        CLASSES: _classes_text(artefact),
        MEMBERSHIP: _membership_text(artefact),
        METRICS: metrics + "\n",
        CARD: artefact.card,
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}


def figure(value: float) -> str:
    """Shortest text that reads back as the same float; integers without a point."""
    number = float(value)
    whole = number.is_integer() and abs(number) < 2**53 and str(number) != "-0.0"
    return str(int(number)) if whole else repr(number)


def _encoding_text(artefact: Artefact) -> str:
    knots = [_UNKNOWN + figure(knot) for knot in artefact.classes.knots_cny]
    rows = []
    for column in artefact.columns:
        code = column.encoding
        numbers = [""] * len(_FIGURES) if code is None else [figure(getattr(code, name)) for name in _FIGURES]
        transform = (_AND_ABOVE if column.cumulative else "") if code is None else code.transform
        unknown = [figure(value) for value in column.unknown]
        rows.append([column.attribute, column.level or "", transform, *numbers, *unknown])
    return _csv_text(["attribute", "level", "transform", *_FIGURES, *knots], rows)


def _part_worths_text(artefact: Artefact) -> str:
    header = ["attribute", "level", "source"]
    header += [f"{kind}_{segment}" for segment in artefact.segments for kind in ("mean", "sd")]
    rows = []
    for k, column in enumerate(artefact.columns):
        pairs = [
            figure(table[g, k])
            for g in range(len(artefact.segments))
            for table in (artefact.means, artefact.sds)
        ]
        source, citation = artefact.sources[k], artefact.citations[k]
        rows.append([column.attribute, column.level or "", source, *pairs, citation])
    return _csv_text([*header, "citation"], rows)


def _membership_text(artefact: Artefact) -> str:
    rows = [[q, answer, *map(figure, ratios)] for (q, answer), ratios in artefact.membership.items()]
    return _csv_text(["question", "answer", *artefact.segments], rows)


def _classes_text(artefact: Artefact) -> str:
    """Class of every line, then of every length: the assumption for unknown values is read off there."""
    classes = artefact.classes
    rows = [[_LINE, name, figure(cny)] for name, cny in sorted(classes.lines.items())]
    rows += [
        [_LENGTH, figure(mm), figure(cny)]
        for mm, cny in zip(classes.lengths_mm, classes.lengths_cny, strict=True)
    ]
    return _csv_text(["kind", "key", "class_cny"], rows)


def _csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(",".join(map(_cell, row)) + "\n" for row in [header, *rows])


def _cell(text: str) -> str:
    """Quoted where it must be. The writer of the library leaves a lone carriage return bare."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\r\n') else text


@dataclass(frozen=True)
class Tables:
    """What the three tables and the two texts hold, in the order of ``Artefact``."""

    columns: tuple[ColumnSpec, ...]
    classes: CarClasses
    means: Floats
    sds: Floats
    sources: tuple[PartWorthSource, ...]
    citations: tuple[str, ...]
    membership: Mapping[tuple[str, str], Floats]
    metrics: Mapping[str, object]
    card: str


def read_tables(contents: Mapping[str, bytes], segments: Sequence[str], faults: Faults) -> Tables:
    """Parse the files of one artefact. Every fault goes to ``faults``; use the answer only without any."""
    encoding = _rows(contents, ENCODING, faults)
    part_worths = _rows(contents, PART_WORTHS, faults)
    knots = [name for name in (encoding[0] if encoding else {}) if name.startswith(_UNKNOWN)]
    if not knots:
        faults.add(ENCODING, "model_broken", detail=_UNKNOWN + "…")
    names = [(row["attribute"], row["level"]) for row in encoding]
    if names != [(row.get("attribute"), row.get("level")) for row in part_worths]:
        faults.add(PART_WORTHS, "model_broken", detail="attribute, level")
    return Tables(
        columns=tuple(_column(row, n, knots, faults) for n, row in enumerate(encoding, start=2)),
        classes=_classes(_rows(contents, CLASSES, faults), _knots(knots, faults), faults),
        means=_matrix(part_worths, [f"mean_{s}" for s in segments], PART_WORTHS, faults).T,
        sds=_matrix(part_worths, [f"sd_{s}" for s in segments], PART_WORTHS, faults).T,
        sources=_sources(part_worths, faults),
        citations=tuple(row.get("citation", "") for row in part_worths),
        membership=_membership(contents, segments, faults),
        metrics=_metrics(contents[METRICS], faults),
        card=_text(contents[CARD], CARD, faults),
    )


def _rows(contents: Mapping[str, bytes], file: str, faults: Faults) -> list[dict[str, str]]:
    """Rows by column name; a row that is too short or too long is a fault and left out."""
    table = list(csv.reader(io.StringIO(_text(contents[file], file, faults), newline="")))
    header = table[0] if table else []
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if len(cells) == len(header):
            rows.append(dict(zip(header, cells, strict=True)))
        else:
            faults.add(f"{file}:{number}", "model_broken", detail=f"{len(cells)} / {len(header)}")
    return rows


def _text(content: bytes, file: str, faults: Faults) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.add(file, "model_broken", detail=str(error))
        return ""


def _column(row: Mapping[str, str], number: int, knots: Sequence[str], faults: Faults) -> ColumnSpec:
    unknown = np.array([faults.number(row.get(knot), ENCODING, number, knot) for knot in knots])
    encoding = None
    cumulative = row.get("transform") == _AND_ABOVE
    if row.get("transform") and not cumulative:
        if row["transform"] not in get_args(Transform):
            faults.add(f"{ENCODING}:{number}:transform", "model_broken", row["transform"], detail="transform")
        values = [faults.number(row.get(name), ENCODING, number, name) for name in _FIGURES]
        encoding = Encoding(cast(Transform, row["transform"]), *values)
    level = row.get("level", "") if encoding is None else ""
    return ColumnSpec(row.get("attribute", ""), level or None, encoding, unknown, cumulative)


def _knots(names: Sequence[str], faults: Faults) -> Floats:
    return np.array([faults.number(name[len(_UNKNOWN) :], ENCODING, 1, name) for name in names])


def _classes(rows: Sequence[Mapping[str, str]], knots_cny: Floats, faults: Faults) -> CarClasses:
    lines: dict[str, float] = {}
    lengths: list[tuple[float, float]] = []
    for number, row in enumerate(rows, start=2):
        cny = faults.number(row.get("class_cny"), CLASSES, number, "class_cny")
        if not cny > 0:
            faults.add(
                f"{CLASSES}:{number}:class_cny", "model_broken", row.get("class_cny", ""), detail="> 0"
            )
        if row.get("kind") == _LINE:
            lines[row.get("key", "")] = cny
        elif row.get("kind") == _LENGTH:
            lengths.append((faults.number(row.get("key"), CLASSES, number, "key"), cny))
        else:
            faults.add(f"{CLASSES}:{number}:kind", "model_broken", row.get("kind", ""), detail="kind")
    if not lengths or [mm for mm, _ in lengths] != sorted({mm for mm, _ in lengths}):
        faults.add(CLASSES, "model_broken", detail=f"{_LENGTH} ascending")
    mm, cny_of = np.array(lengths).T if lengths else (np.zeros(0), np.zeros(0))
    return CarClasses(knots_cny, lines, mm, cny_of)


def _matrix(rows: Sequence[Mapping[str, str]], names: Sequence[str], file: str, faults: Faults) -> Floats:
    values = [
        [faults.number(row.get(name), file, n, name) for name in names] for n, row in enumerate(rows, 2)
    ]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(names))


def _sources(rows: Sequence[Mapping[str, str]], faults: Faults) -> tuple[PartWorthSource, ...]:
    found = []
    for number, row in enumerate(rows, start=2):
        source = row.get("source", "")
        if source not in get_args(PartWorthSource):
            faults.add(f"{PART_WORTHS}:{number}:source", "model_broken", source, detail="source")
        found.append(cast(PartWorthSource, source))
    return tuple(found)


def _membership(
    contents: Mapping[str, bytes], segments: Sequence[str], faults: Faults
) -> dict[tuple[str, str], Floats]:
    rows = _rows(contents, MEMBERSHIP, faults)
    ratios = _matrix(rows, segments, MEMBERSHIP, faults)
    keys = [(row.get("question", ""), row.get("answer", "")) for row in rows]
    return dict(zip(keys, ratios, strict=True))


def _metrics(content: bytes, faults: Faults) -> Mapping[str, object]:
    try:
        metrics = json.loads(content)
    except (ValueError, RecursionError) as error:
        faults.add(METRICS, "model_broken", detail=str(error))
        return {}
    if not isinstance(metrics, dict):
        faults.add(METRICS, "model_broken", detail="{…}")
        return {}
    return metrics
