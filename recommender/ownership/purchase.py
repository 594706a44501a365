"""What a car costs on the day of purchase: price, purchase tax, trade-in subsidy.

All amounts are computed in integer fen (1 CNY = 100 fen) and rounded half up to whole CNY at the end. The
rules and their dates are rows of ``registry/policies.toml``; where no row is in force, the ordinary 10 %
tax is due and no subsidy is paid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.domain.buyer import Circumstances
from recommender.domain.table import Floats, LevelColumn, Mask, NumberColumn
from recommender.ownership.columns import HYBRIDS, levels_mask
from recommender.ownership.figures import Figures, figures_on
from recommender.registry.model import Registry

Fen = NDArray[np.int64]

FEN_PER_CNY = 100
SUBSIDISED_OLD_CARS = ("scrap", "replace")


@dataclass(frozen=True, slots=True)
class PurchaseCost:
    """Whole CNY, float64 [n]; NaN where the price is not known.

    ``total_price_cny = price_cny + purchase_tax_cny - subsidy_cny`` exactly. ``reduced``: bool [n], a new
    car on the list of cars with reduced tax. ``range_unknown``: bool [n], a plug-in hybrid whose electric
    range is not known, so that the reduced tax and the subsidy were not counted. ``near_threshold``: bool
    [n], judged from a CLTC range so near the legal WLTC threshold that the car may fall on the other side.
    """

    purchase_tax_cny: Floats
    subsidy_cny: Floats
    total_price_cny: Floats
    reduced: Mask
    range_unknown: Mask
    near_threshold: Mask


@dataclass(frozen=True, slots=True)
class _Standing:
    reduced: Mask
    range_unknown: Mask
    near_threshold: Mask


def purchase_cost(
    price_cny: NumberColumn,
    powertrain: LevelColumn,
    electric_range_km: NumberColumn,
    circumstances: Circumstances,
    registry: Registry,
    *,
    condition: LevelColumn | None = None,
    electric_range_wltc_km: NumberColumn | None = None,
) -> PurchaseCost:
    """Purchase tax, subsidy and total price of every row on ``circumstances.date``.

    ``electric_range_km`` is CLTC; the law counts WLTC, so ``electric_range_wltc_km`` decides where it is
    given and the CLTC figure is converted otherwise. Without ``condition`` every car is taken as new; used
    cars bear no purchase tax and rental cars are not bought, and neither gets a subsidy.
    """
    figures = figures_on(registry, circumstances.date)
    price_known = ~price_cny.unknown()
    price_fen = np.rint(np.where(price_known, price_cny.values, 0.0) * FEN_PER_CNY).astype(np.int64)
    new = np.ones(len(price_cny), dtype=np.bool_) if condition is None else _is_new(condition)
    standing = _standing(powertrain, electric_range_km, electric_range_wltc_km, figures)
    tax_fen = np.where(new, purchase_tax_fen(price_fen, standing.reduced, figures), 0)
    subsidy_fen = np.where(
        new & standing.reduced, subsidy_fen_of(price_fen, circumstances.old_car, figures), 0
    )
    tax_cny, subsidy_cny = _whole_cny(tax_fen, price_known), _whole_cny(subsidy_fen, price_known)
    return PurchaseCost(
        tax_cny,
        subsidy_cny,
        price_cny.values + tax_cny - subsidy_cny,
        standing.reduced & new,
        standing.range_unknown & new,
        standing.near_threshold & new,
    )


def purchase_tax_fen(price_fen: Fen, reduced: Mask, figures: Figures) -> Fen:
    """Tax in fen, int64 [n]: 10 % of the price without 13 % VAT, less the reduction for new-energy cars.

    The taxable price is rounded to the fen before the rate is applied, as on the tax return.
    """
    vat_percent = int(figures("vat_percent"))
    base_fen = _half_up(price_fen * 100, 100 + vat_percent)
    full_fen = _half_up(base_fen * int(figures("purchase_tax_percent")), 100)
    share = figures.get("nev_purchase_tax_reduction_percent")
    cap_cny = figures.get("nev_purchase_tax_reduction_cap_cny")
    if share is None or cap_cny is None:
        return full_fen
    reduction_fen = np.minimum(_half_up(full_fen * int(share), 100), int(cap_cny) * FEN_PER_CNY)
    return np.asarray(full_fen - np.where(reduced, reduction_fen, 0), dtype=np.int64)


def subsidy_fen_of(price_fen: Fen, old_car: str | None, figures: Figures) -> Fen:
    """Trade-in subsidy in fen, int64 [n], for a new-energy car on the tax catalogue.

    A share of the invoice price with VAT up to a cap (2026), or a flat sum (2025), never more than the price;
    nothing unless an old car is scrapped or replaced, and nothing on days without a known rule.
    """
    if old_car not in SUBSIDISED_OLD_CARS:
        return np.zeros_like(price_fen)
    cap_cny = figures.get(f"trade_in_{old_car}_nev_cap_cny")
    if cap_cny is None:
        return np.zeros_like(price_fen)
    percent = figures.get(f"trade_in_{old_car}_nev_percent")
    share_fen = price_fen if percent is None else _half_up(price_fen * int(percent), 100)
    return np.asarray(np.minimum(share_fen, int(cap_cny) * FEN_PER_CNY), dtype=np.int64)


def _standing(
    powertrain: LevelColumn, cltc_km: NumberColumn, wltc_km: NumberColumn | None, figures: Figures
) -> _Standing:
    """Who is on the list of cars with reduced tax. An unknown range or powertrain is not: the dearer case."""
    hybrid = levels_mask(powertrain, HYBRIDS)
    threshold = figures.get("phev_min_electric_range_wltc_km")
    if threshold is None:
        nothing = np.zeros(len(powertrain), dtype=np.bool_)
        return _Standing(nothing, nothing, nothing)
    converted = cltc_km.values * figures("wltc_per_cltc_electric_range")
    printed = np.full(len(powertrain), np.nan) if wltc_km is None else wltc_km.values
    # The slack keeps 125 km CLTC x 0.8 = 100 km WLTC on the right side in floating point.
    range_km = np.where(np.isnan(printed), converted, printed) + 1e-9
    spread = figures("wltc_per_cltc_electric_range_spread")
    unknown = hybrid & np.isnan(range_km)
    with np.errstate(invalid="ignore"):
        passes = hybrid & (range_km >= threshold)
        near = hybrid & np.isnan(printed) & (np.abs(range_km - threshold) <= spread * threshold)
    return _Standing(levels_mask(powertrain, ("BEV",)) | passes, unknown, near)


def _is_new(condition: LevelColumn) -> Mask:
    return ~levels_mask(condition, ("used", "rental"))


def _half_up(numerator: Fen, denominator: int) -> Fen:
    """Non-negative integers divided, halves rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _whole_cny(fen: Fen, known: Mask) -> Floats:
    return np.where(known, _half_up(fen, FEN_PER_CNY), np.nan)
