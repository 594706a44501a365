"""The model before the market: simulated shares of model lines against what was sold, on lines left out.

Pure. Sales come in by model id and go out as correlations, errors and intervals, never as sales.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Artefact, Floats
from recommender.choice.encoder import encode_numbers
from recommender.choice.market_fit import fit_shift_to_sales, log_shares, spearman
from recommender.registry.model import Registry
from recommender.services.crowd import Crowd

PRICE = "total_price_cny"
FACTORS = (2.0, 4.0, 8.0)
"""Prior spread of a shift in units of the part-worth's own spread: 2 trusts the evidence, 8 hardly."""
SCALES = (0.25, 0.5, 1.0)
"""How sharply the crowd chooses; 1 is the model's own logit."""
FIRST_CHOICE = 50.0
FOLDS = 10
_INNER_FOLDS = 4
_RESAMPLES = 1000
_LIMITS = (2.5, 97.5)


@dataclass(frozen=True)
class LineData:
    """The lines with known sales. ``utility`` float64 [P, L] of each buyer's best build; ``design`` [L, K]
    over ``columns``, ``prior_sd`` [K]; ``log_sales`` and ``brand`` [L]."""

    lines: tuple[str, ...]
    utility: Floats
    design: Floats
    columns: tuple[str, ...]
    prior_sd: Floats
    log_sales: Floats
    brand: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Settings:
    """What is chosen on lines left out, never by hand."""

    factor: float
    scale: float


Predict = Callable[[NDArray[np.intp], NDArray[np.intp], int], Floats]
"""(lines to learn from, lines to predict, seed) -> predicted log sales of the latter, up to a constant."""


def line_data(
    crowd: Crowd,
    sales: Mapping[str, float],
    brand_of: Mapping[str, str],
    artefact: Artefact,
    registry: Registry,
) -> LineData:
    """Join crowd and sales: only lines that sold at least one car and that somebody of the crowd may buy."""
    crowd = crowd.of_lines(frozenset(name for name, sold in sales.items() if sold > 0.0))
    present = sorted(set(crowd.line.tolist()))
    lines = tuple(crowd.lines[number] for number in present)
    utility = np.column_stack([crowd.utility[:, crowd.line == number].max(axis=1) for number in present])
    design = np.array([crowd.design[crowd.line == number].mean(axis=0) for number in present])
    price = np.array([crowd.price_cny[crowd.line == number].min() for number in present])
    encoding = registry.attributes[PRICE].encoding if PRICE in registry.attributes else None
    columns = (*crowd.columns, PRICE)
    z = np.zeros(len(price)) if encoding is None else encode_numbers(price, encoding)
    spread = artefact.sds.mean(axis=0)
    brands = {name: code for code, name in enumerate(dict.fromkeys(brand_of[line] for line in lines))}
    return LineData(
        lines=lines,
        utility=utility,
        design=np.column_stack([design, z]),
        columns=columns,
        prior_sd=np.array([spread[artefact.column_index[name]] for name in columns]),
        log_sales=np.log([sales[line] for line in lines]),
        brand=np.array([brands[brand_of[line]] for line in lines], dtype=np.intp),
    )


def folds_of(count: int, folds: int, seed: int) -> NDArray[np.intp]:
    """Fold of each line, sizes equal to within one."""
    order = np.random.default_rng(seed).permutation(count)
    fold = np.empty(count, dtype=np.intp)
    fold[order] = np.arange(count) % folds
    return fold


def out_of_fold(predict: Predict, count: int, repeats: int, folds: int = FOLDS) -> Floats:
    """Predictions of lines that the predictor has not seen: float64 [repeats, count]."""
    made = np.empty((repeats, count))
    for repeat in range(repeats):
        fold = folds_of(count, folds, repeat)
        for number in range(folds):
            seen, left_out = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            made[repeat, left_out] = predict(seen, left_out, repeat)
    return made


def calibrated(data: LineData, settings: Settings, *, with_brand: bool) -> Predict:
    """Predictor: the shift of the part-worths fitted to the sales of the lines seen."""

    def predict(seen: NDArray[np.intp], left_out: NDArray[np.intp], seed: int) -> Floats:
        return _predicted(data, seen, left_out, settings)[1 if with_brand else 0]

    return predict


def nested(data: LineData) -> tuple[Predict, Predict]:
    """As :func:`calibrated` without and with brands, the settings chosen on folds of the lines seen alone,
    once for both."""
    chosen: dict[tuple[int, bytes], Settings] = {}

    def predict(seen: NDArray[np.intp], left_out: NDArray[np.intp], seed: int) -> tuple[Floats, Floats]:
        key = (seed, seen.tobytes())
        if key not in chosen:
            chosen[key] = choose_settings(data, seen, seed)
        return _predicted(data, seen, left_out, chosen[key])

    return (
        lambda seen, left_out, seed: predict(seen, left_out, seed)[0],
        lambda seen, left_out, seed: predict(seen, left_out, seed)[1],
    )


def choose_settings(data: LineData, seen: NDArray[np.intp], seed: int) -> Settings:
    """The settings with the least squared error of log sales on inner folds; ties: the stronger prior."""
    grid = [Settings(factor, scale) for factor in FACTORS for scale in SCALES]
    fold = folds_of(len(seen), _INNER_FOLDS, seed)

    def error(settings: Settings) -> float:
        total = 0.0
        for number in range(_INNER_FOLDS):
            inner, rest = seen[fold != number], seen[fold == number]
            total += float(((data.log_sales[rest] - _predicted(data, inner, rest, settings)[1]) ** 2).sum())
        return total

    return min(grid, key=error)


def _predicted(
    data: LineData, seen: NDArray[np.intp], left_out: NDArray[np.intp], settings: Settings
) -> tuple[Floats, Floats]:
    """Log sales of the lines left out, without and with what their brand sells beyond its cars."""
    fit = fit_shift_to_sales(
        data.utility[:, seen],
        data.design[seen],
        data.log_sales[seen],
        data.brand[seen],
        settings.factor * data.prior_sd,
        settings.scale,
    )
    # the lines left out compete with all others, as on the market
    share = log_shares(data.utility, data.design @ fit.shift, settings.scale)
    plain = share[left_out] + fit.level
    return plain, plain + np.array([fit.brands.get(code, 0.0) for code in data.brand[left_out].tolist()])


def uncalibrated(data: LineData, scale: float = 1.0) -> Floats:
    """Log shares of the crowd as the model stands, nothing fitted: float64 [L]."""
    return log_shares(data.utility, np.zeros(len(data)), scale)


def figures(predicted: Floats, log_sales: Floats, against: Floats | None = None) -> dict[str, object]:
    """Rank correlation and squared error of log sales of predictions [repeats, L], means over the repeats,
    with 95 % intervals from resampled lines; ``against``: other predictions, for the paired differences.

    The squared error is taken after the best common level: a share says nothing of the size of the market.
    """
    found = _scores(predicted, log_sales)
    rows: dict[str, object] = {name: round(value, 4) for name, value in found.items()}
    rng = np.random.default_rng(0)
    draws: dict[str, list[float]] = {}
    for _ in range(_RESAMPLES):
        picked = rng.integers(0, len(log_sales), len(log_sales))
        own = _scores(predicted[:, picked], log_sales[picked])
        other = {} if against is None else _scores(against[:, picked], log_sales[picked])
        for name, value in own.items():
            draws.setdefault(name, []).append(value)
            if other:
                draws.setdefault(f"d_{name}", []).append(value - other[name])
    if against is not None:
        base = _scores(against, log_sales)
        rows |= {f"d_{name}": round(value - base[name], 4) for name, value in found.items()}
    for name, values in draws.items():
        rows[f"{name}_interval"] = [round(float(x), 4) for x in np.percentile(values, _LIMITS)]
    return rows


def _scores(predicted: Floats, log_sales: Floats) -> dict[str, float]:
    rank = [spearman(row, log_sales) for row in predicted]
    error = [float((log_sales - row).var()) for row in predicted]
    return {"spearman": float(np.mean(rank)), "squared_error": float(np.mean(error))}


def significant(row: Mapping[str, object]) -> bool:
    """Whether both differences of :func:`figures` are better than nothing by their whole intervals."""
    rank, error = row.get("d_spearman_interval"), row.get("d_squared_error_interval")
    if not isinstance(rank, Sequence) or not isinstance(error, Sequence):
        return False
    return float(rank[0]) > 0.0 and float(error[1]) < 0.0
