"""Columns of the design matrix, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.choice.artefact import CarClasses, ColumnSpec
from recommender.choice.encoder import encode, encode_numbers
from recommender.domain.table import booleans, levels_column, numbers
from recommender.registry.model import Encoding

CLASSES = CarClasses(
    knots_cny=np.array([50_000.0, 100_000.0, 200_000.0]),
    lines={"alpha-one": 100_000.0},
    lengths_mm=np.array([3000.0, 5000.0]),
    lengths_cny=np.array([50_000.0, 200_000.0]),
)
NOTHING = np.zeros(3)
LINEAR = Encoding("linear", reference=400, scale=100, low=100, high=700, unknown=300)
LOG = Encoding("log", reference=150_000, scale=15_000, low=20_000, high=2_000_000, unknown=290_000)


def test_numbers_are_zero_at_the_reference_one_a_scale_on_and_saturate() -> None:
    z = encode_numbers(np.array([400.0, 500.0, 250.0, 50.0, 9000.0, np.nan]), LINEAR)
    assert z[:5] == pytest.approx([0.0, 1.0, -1.5, -3.0, 3.0])
    assert np.isnan(z[5])


def test_log_steps_are_equal_ratios() -> None:
    z = encode_numbers(np.array([150_000.0, 165_000.0, 181_500.0]), LOG)
    assert z == pytest.approx([0.0, 1.0, 2.0])


def test_levels_are_indicators_and_ordered_levels_count_all_above() -> None:
    columns = {
        "adas_level": levels_column(["none", "l2", "city", None], ("none", "l2", "highway", "city")),
        "powertrain": levels_column(["BEV", "PHEV", "BEV", None], ("BEV", "PHEV")),
        "hud": booleans([True, False, None, True]),
    }
    specs = (
        ColumnSpec("adas_level", "l2", None, NOTHING, cumulative=True),
        ColumnSpec("adas_level", "highway", None, NOTHING, cumulative=True),
        ColumnSpec("powertrain", "BEV", None, NOTHING),
        ColumnSpec("hud", "true", None, NOTHING + 0.25),
    )
    expected = [[0, 0, 1, 1], [1, 0, 0, 0], [1, 1, 1, 0.25], [0, 0, 0, 1]]
    assert encode(columns, specs, CLASSES).tolist() == expected


def test_a_level_unknown_to_the_catalogue_is_nobodys() -> None:
    columns = {"powertrain": levels_column(["BEV"], ("BEV",))}
    assert encode(columns, (ColumnSpec("powertrain", "EREV", None, NOTHING),), CLASSES).tolist() == [[0.0]]


def test_unknown_is_read_off_at_the_class_of_line_length_or_nothing() -> None:
    columns = {
        "model_line": levels_column(["alpha-one", "new", "new", None], ("alpha-one", "new")),
        "length_mm": numbers([9000, 3000, 6000, None]),
        "electric_range_km": numbers([None, None, None, None]),
    }
    spec = ColumnSpec("electric_range_km", None, LINEAR, np.array([-2.0, -1.0, 0.0]))
    z = encode(columns, (spec,), CLASSES)[:, 0]
    assert z == pytest.approx([-1.0, -2.0, 0.0, -1.0]), "the line, short, long, and the middle knot"


def test_between_knots_the_log_of_the_class_counts() -> None:
    columns = {"length_mm": numbers([4000]), "electric_range_km": numbers([None])}
    spec = ColumnSpec("electric_range_km", None, LINEAR, np.array([-2.0, -1.0, 0.0]))
    assert encode(columns, (spec,), CLASSES)[0, 0] == pytest.approx(-1.0 + np.log(1.25) / np.log(2.0))


def test_the_price_of_a_car_assumes_nothing() -> None:
    spec = ColumnSpec("electric_range_km", None, LINEAR, np.array([-2.0, -1.0, 0.0]))
    columns = {"length_mm": numbers([4000, 4000]), "electric_range_km": numbers([None, None])}
    z = encode({**columns, "price_cny": numbers([50_000, 500_000])}, (spec,), CLASSES)[:, 0]
    assert z[0] == z[1]


def test_rows_do_not_depend_on_each_other() -> None:
    values = [250.0, None, 999.0, 400.0]
    spec = ColumnSpec("electric_range_km", None, LINEAR, np.array([-2.0, -1.0, 0.0]))
    together = encode({"electric_range_km": numbers(values)}, (spec,), CLASSES)[:, 0]
    alone = [encode({"electric_range_km": numbers([v])}, (spec,), CLASSES)[0, 0] for v in values]
    assert together.tolist() == alone


def test_numbers_without_an_encoding_are_a_fault_of_the_model() -> None:
    with pytest.raises(ValueError, match="boot_l"):
        encode({"boot_l": numbers([1])}, (ColumnSpec("boot_l", None, None, NOTHING),), CLASSES)
