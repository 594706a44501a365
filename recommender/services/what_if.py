"""What a car would be worth with one value changed: its row taken again through costs, encoder and limits.

Scales are constants of the artefact, so a changed row moves no other row: its new utility against the others'
present ones is exactly what a run over the changed table gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.choice.encoder import encode
from recommender.configurator.feasible import violations
from recommender.domain.table import Column, Columns, Mask, NumberColumn, number_column
from recommender.ownership.personal import personal_columns, purchase_of
from recommender.ownership.running import running_cost
from recommender.ownership.seasons import winter_motorway_range
from recommender.services.person import judged_columns
from recommender.services.scoring import ROUND_DECIMALS, Scores

SIZE = "length_mm"
"""Places what is assumed for a car's unknown values: it cannot be changed alone."""


@dataclass(frozen=True)
class Trial:
    """``values`` float64 [m] to try on one attribute of one row; 0 and 1 stand for a boolean's two values."""

    row: int
    attribute: str
    values: Floats


@dataclass(frozen=True)
class Outcome:
    """Of each value tried: ``utility`` float64 [m], rounded as the ranking rounds; ``obeys`` bool [m]: every
    limit still holds; ``total_price_cny`` float64 [m]."""

    utility: Floats
    obeys: Mask
    total_price_cny: Floats


class _Watched(Mapping[str, Column]):
    """Columns that note which of them are read."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Column:
        self.read.add(name)
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def read_by_costs(scores: Scores, row: int) -> frozenset[str]:
    """The attributes that cost and range of a car are computed from, for this person."""
    index = np.array([row], dtype=np.intp)
    table = scores.market.table.columns
    watched = _Watched({name: column.take(index) for name, column in table.items()})
    circumstances, registry = scores.person.circumstances, scores.market.registry
    running_cost(watched, circumstances, registry)
    winter_motorway_range(watched, circumstances, registry)
    purchase_of(watched, circumstances, registry)
    return frozenset(watched.read)


def outcomes(scores: Scores, trials: Sequence[Trial]) -> list[Outcome]:
    """One outcome for each trial, all computed as one table. Raises ValueError for the car's length."""
    if any(trial.attribute == SIZE for trial in trials):
        raise ValueError(f"{SIZE} also places what is assumed for unknown values")
    counts = [len(trial.values) for trial in trials]
    rows = np.repeat(np.array([trial.row for trial in trials], dtype=np.intp), counts)
    if not len(rows):
        return [Outcome(np.zeros(0), np.zeros(0, dtype=np.bool_), np.zeros(0)) for _ in trials]
    columns = _changed(scores, trials, rows, np.concatenate([[0], np.cumsum(counts)]))
    person, request = scores.person, scores.person.request
    utility = _utility(scores, trials, rows, judged_columns(columns, request, scores.market.registry))
    mark = request.unknown == "mark"
    obeys = violations(columns, person.limits, len(rows), mark_unknown=mark).feasible
    total = number_column(columns, "total_price_cny").values
    ends = np.cumsum(counts)[:-1]
    parts = zip(np.split(utility, ends), np.split(obeys, ends), np.split(total, ends), strict=True)
    return [Outcome(*part) for part in parts]


def _changed(scores: Scores, trials: Sequence[Trial], rows: NDArray[np.intp], edges: Floats) -> Columns:
    """The rows with the tried values, and what follows from these for the person."""
    table = scores.market.table.columns
    columns: dict[str, Column] = {name: column.take(rows) for name, column in table.items()}
    for trial, start, stop in zip(trials, edges[:-1], edges[1:], strict=True):
        column = columns[trial.attribute]
        if isinstance(column, NumberColumn):
            column.values[start:stop] = trial.values
        else:
            column.codes[start:stop] = trial.values.astype(np.int16)
    return {**columns, **personal_columns(columns, scores.person.circumstances, scores.market.registry)}


def _utility(scores: Scores, trials: Sequence[Trial], rows: NDArray[np.intp], judged: Columns) -> Floats:
    """Fixed terms of the row, but those of the changed attributes and the person's own encoded anew."""
    market, posterior = scores.market, scores.person.posterior
    tried = {trial.attribute for trial in trials}
    own = set(scores.own_columns.tolist())
    anew = [k for k, spec in enumerate(posterior.columns) if k in own or spec.attribute in tried]
    place = {int(k): n for n, k in enumerate(market.fixed_columns)}
    kept = market.fixed_design[rows[_starts(rows)]] * posterior.mean[market.fixed_columns]
    kept[:, [place[k] for k in anew if k in place]] = 0.0
    base = np.repeat(kept.sum(axis=1), np.diff([*_starts(rows), len(rows)]))
    specs = [posterior.columns[k] for k in anew]
    design = encode(judged, specs, market.model.artefact.classes)
    return np.asarray(np.round(base + design @ posterior.mean[anew], ROUND_DECIMALS))


def _starts(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where a new row begins in runs of equal rows."""
    return np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
