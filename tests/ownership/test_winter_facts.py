"""The winter constants against the published tests they were fitted on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import least_squares

from recommender.ownership.figures import figures_on
from recommender.ownership.seasons import MILD_C, mixed_retention
from tests.ownership.cars import REGISTRY, TODAY

pytestmark = pytest.mark.facts

FIGURES = figures_on(REGISTRY, TODAY)
# Middle of the range that a source prints; "-20 and below" is taken as -22.
TEMPERATURES_C = {
    "-15": -15.0,
    "-20 and below": -22.0,
    "-20 (average)": -20.0,
    "-25..-20": -22.5,
    "-25..-10": -17.5,
    "5..15": 10.0,
    "3..13": 8.0,
}


@dataclass(frozen=True)
class Tests:
    """Temperature in degrees C and share of the CLTC range kept in percent, one entry a car."""

    temperature_c: NDArray[np.float64]
    kept_percent: NDArray[np.float64]

    def without(self, row: int) -> Tests:
        return Tests(np.delete(self.temperature_c, row), np.delete(self.kept_percent, row))


Tests.__test__ = False  # type: ignore[attr-defined]  # the name is the field's, pytest must not collect it


@pytest.fixture(scope="module")
def tests(facts_dir: Path) -> Tests:
    """Single battery cars with a printed share and a temperature; not WLTP-based tests, not hybrids."""
    with (facts_dir / "winter_tests.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (TEMPERATURES_C[row["temperature_c"]], float(row["rate_pct"]))
            for row in csv.DictReader(file)
            if row["rate_pct"]
            and row["temperature_c"] in TEMPERATURES_C
            and row["brand"] != "all"
            and "hybrids" not in row["test"]
        ]
    temperature_c, kept = zip(*rows, strict=True)
    return Tests(np.array(temperature_c), np.array(kept))


def fit(tests: Tests) -> NDArray[np.float64]:
    """(base, slope) of the retention curve, soft L1 loss with a scale of five points."""
    cold, cap = MILD_C - tests.temperature_c, FIGURES("winter_retention_cap")

    def residuals(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = 100 * np.minimum(cap, 1 / (parameters[0] + parameters[1] * cold))
        return np.asarray(kept - tests.kept_percent)

    return np.asarray(least_squares(residuals, [0.9, 0.03], loss="soft_l1", f_scale=5.0).x)


def predicted(tests: Tests, base: float, slope: float) -> NDArray[np.float64]:
    kept = 1 / (base + slope * (MILD_C - tests.temperature_c))
    return np.asarray(100 * np.minimum(FIGURES("winter_retention_cap"), kept))


def test_the_shipped_constants_are_the_fit(tests: Tests) -> None:
    assert len(tests.kept_percent) == 30
    base, slope = fit(tests)
    assert FIGURES("winter_use_base") == pytest.approx(base, abs=0.002)
    assert FIGURES("winter_use_per_degree") == pytest.approx(slope, abs=0.0005)


def test_mean_error_is_at_most_six_points(tests: Tests) -> None:
    kept = np.array([100 * mixed_retention(float(t), FIGURES) for t in tests.temperature_c])
    assert np.abs(kept - tests.kept_percent).mean() <= 6.0
    left_out = [
        abs(predicted(tests, *fit(tests.without(row)))[row] - tests.kept_percent[row])
        for row in range(len(tests.kept_percent))
    ]
    assert np.mean(left_out) <= 6.0


def test_nine_in_ten_tests_lie_in_the_interval(tests: Tests) -> None:
    ratio = tests.kept_percent / np.array(
        [100 * mixed_retention(float(t), FIGURES) for t in tests.temperature_c]
    )
    inside = (ratio >= FIGURES("winter_range_low_ratio")) & (ratio <= FIGURES("winter_range_high_ratio"))
    assert 0.85 <= inside.mean() <= 0.97


def test_averages_that_the_fit_did_not_see(facts_dir: Path, tests: Tests) -> None:
    """Means of test fields: sixty cars at -15 C 48.5 %, sedans 41.9 and SUVs 43 at -20 and below."""
    for temperature_c, kept in ((-15.0, 48.5), (-22.0, 41.9), (-22.0, 43.0)):
        assert 100 * mixed_retention(temperature_c, FIGURES) == pytest.approx(kept, abs=6.0)
