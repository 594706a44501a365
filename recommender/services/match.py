"""Stock and customers in; who fits which unit, and the pairing that serves most, out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recommender.choice.artefact import Floats
from recommender.configurator.feasible import Violations, violations
from recommender.domain.dealer import Assigned, Customer, Fit, Matches, Unit, Unmatched, UnmatchedReason
from recommender.matching.assignment import NONE, Mask, Places, assign, greedy
from recommender.matching.fit import ageing_bonus, fit_of
from recommender.ownership.columns import number_column
from recommender.services.consideration import Consideration
from recommender.services.market import Indices, Market
from recommender.services.outside import outside_utility
from recommender.services.person import Person, read_person
from recommender.services.reasons import Explanation, explain_row
from recommender.services.reference import reference_car
from recommender.services.scoring import Scores, score
from recommender.services.stock import Stock, sort_out, stock_market

FIT_DECIMALS = 6
"""What is written; ranks and values are computed from it, so that a file can be recomputed from itself."""
_OUTSIDE_VALUE = 0.0
Lang = Literal["zh", "en"]


@dataclass(frozen=True)
class Board:
    """Customers (rows) against units (columns), both in the order of their ids. ``fit``, ``utility``,
    ``total_price_cny`` float64 [C, U] (NaN outside the limits or not known); ``allowed`` bool [C, U];
    ``broken``: attributes of the fewest limits that keep a customer from some unit; ``days`` and ``bonus``
    float64 [U] (days NaN = not known); ``shelf_row``: row of each unit in the shelf's table."""

    customers: tuple[Customer, ...]
    unit_ids: tuple[str, ...]
    shelf_row: Indices
    fit: Floats
    utility: Floats
    total_price_cny: Floats
    allowed: Mask
    broken: tuple[str, ...]
    days: Floats
    bonus: Floats

    @property
    def value(self) -> Floats:
        """fit × (1 + ageing bonus): float64 [C, U]."""
        return np.asarray(np.nan_to_num(self.fit) * (1.0 + self.bonus))


def match(
    customers: Sequence[Customer],
    units: Sequence[Unit],
    market: Market,
    *,
    today: dt.date,
    top: int = 5,
    lang: Lang = "zh",
) -> Matches:
    """Fit of every consenting customer with every unit within his limits, top lists both ways, the best
    pairing.

    Pure; the order of customers and units changes nothing. Customers without consent are counted only.
    """
    stock = sort_out(units, market)
    shelf = stock_market(stock, market, today)
    asked = tuple(
        replace(customer, request=replace(customer.request, lang=lang, date=today))
        for customer in sorted(customers, key=lambda c: c.customer_id)
        if customer.consent
    )
    board = make_board(asked, stock, shelf, outside_utility(market, today), today)
    unit_of_customer, objective, bound = assign(board.value, board.allowed, _OUTSIDE_VALUE)
    for_customer = [_best_units(board, row, top) for row in range(len(asked))]
    for_unit = [_best_customers(board, column, top) for column in range(len(board.unit_ids))]
    words = _explanations(board, shelf, for_customer, for_unit)
    return Matches(
        customer_units=_fits(
            board, [(row, u) for row, best in enumerate(for_customer) for u in best], words, 0
        ),
        unit_customers=_fits(board, [(c, u) for u, best in enumerate(for_unit) for c in best], words, 1),
        assigned=_assigned(board, unit_of_customer),
        unmatched=_unmatched(board, stock, unit_of_customer),
        objective=objective,
        greedy=greedy(board.value, board.allowed, _OUTSIDE_VALUE)[1],
        bound=bound,
        counts=_counts(customers, units, stock, board, unit_of_customer),
    )


def make_board(
    customers: tuple[Customer, ...], stock: Stock, shelf: Market, outside: float, today: dt.date
) -> Board:
    """Judge every customer against every unit of the shelf. ``outside``: utility of not buying."""
    names = np.array([str(unit_id) for unit_id in shelf.table.unit_ids], dtype=np.str_)
    shelf_row = np.argsort(names, kind="stable")
    column_of = np.argsort(shelf_row, kind="stable")
    shape = (len(customers), len(names))
    fit, utility, total = (np.full(shape, np.nan) for _ in range(3))
    allowed = np.zeros(shape, dtype=np.bool_)
    broken: list[str] = []
    for row, customer in enumerate(customers):
        person = read_person(customer.request, shelf)
        found = _found(person, shelf)
        rows = np.flatnonzero(found.feasible)
        broken.append(_fewest_broken(person, found))
        if len(rows):
            scores = score(person, shelf)
            draws = scores.sums(rows, person.posterior.draws.T.astype(np.float64))
            columns = column_of[rows]
            allowed[row, columns] = True
            fit[row, columns] = np.round(fit_of(draws, outside), FIT_DECIMALS)
            utility[row, columns] = scores.utility[rows]
            total[row, columns] = number_column(person.columns, "total_price_cny")[rows]
    unit_ids = tuple(names[shelf_row].tolist())
    days = _days(stock, unit_ids, today)
    policy = shelf.registry.policy
    most, full_days = policy("ageing_bonus_most", today).value, policy("ageing_bonus_full_days", today).value
    bonus = ageing_bonus(days, most, full_days)
    return Board(customers, unit_ids, shelf_row, fit, utility, total, allowed, tuple(broken), days, bonus)


def _days(stock: Stock, unit_ids: Sequence[str], today: dt.date) -> Floats:
    """float64 [U], NaN = not known."""
    days_of = {placed.unit.unit_id: placed.unit.days_in_stock(today) for placed in stock.offered}
    return np.array([np.nan if days_of[u] is None else days_of[u] for u in unit_ids], dtype=np.float64)


def _found(person: Person, shelf: Market) -> Violations:
    mark = person.request.unknown == "mark"
    return violations(person.columns, person.limits, len(shelf.table), mark_unknown=mark)


def _fewest_broken(person: Person, found: Violations) -> str:
    """Attributes of the limits that keep out the unit that breaks fewest: what to talk about first."""
    masks = found.broken | found.unknown
    if not len(masks):
        return ""
    mask = int(masks[np.argmin(np.bitwise_count(masks))])
    names = [limit.attribute for bit, limit in enumerate(person.limits) if mask >> bit & 1]
    return ";".join(dict.fromkeys(names))


def _best_units(board: Board, row: int, top: int) -> list[int]:
    units = np.flatnonzero(board.allowed[row])
    # ties: utility, then total price, then the order of the ids
    keys = (units, board.total_price_cny[row, units], -board.utility[row, units], -board.fit[row, units])
    return [int(u) for u in units[np.lexsort(keys)][:top]]


def _best_customers(board: Board, column: int, top: int) -> list[int]:
    rows = np.flatnonzero(board.allowed[:, column])
    keys = (rows, -board.utility[rows, column], -board.fit[rows, column])
    return [int(c) for c in rows[np.lexsort(keys)][:top]]


def _explanations(
    board: Board, shelf: Market, for_customer: list[list[int]], for_unit: list[list[int]]
) -> Mapping[tuple[int, int], Explanation]:
    """Reasons of every listed pair, against the middle of the units that the customer could have."""
    wanted: dict[int, set[int]] = {row: set(units) for row, units in enumerate(for_customer)}
    for unit, rows in enumerate(for_unit):
        for row in rows:
            wanted[row].add(unit)
    words: dict[tuple[int, int], Explanation] = {}
    for row, units in wanted.items():
        if units:
            scores = score(read_person(board.customers[row].request, shelf), shelf)
            within = np.flatnonzero(board.allowed[row])
            reference = reference_car(scores, _within_limits(scores, board.shelf_row[within]))
            for unit in sorted(units):
                words[row, unit] = explain_row(scores, reference, int(board.shelf_row[unit]))
    return words


def _within_limits(scores: Scores, rows: Indices) -> Consideration:
    """All units within the limits, best first; unlike cars on the market, two of one trim are two."""
    best_first = rows[np.argsort(-scores.utility[rows], kind="stable")]
    return Consideration(best_first, _found(scores.person, scores.market), 0)


def _fits(
    board: Board,
    pairs: list[tuple[int, int]],
    words: Mapping[tuple[int, int], Explanation],
    grouped_by: Literal[0, 1],
) -> tuple[Fit, ...]:
    """One line a pair; ranks count from 1 within each customer (``grouped_by`` 0) or unit (1)."""
    fits: list[Fit] = []
    rank = 0
    for place, (row, unit) in enumerate(pairs):
        follows = place > 0 and pairs[place - 1][grouped_by] == (row, unit)[grouped_by]
        rank = rank + 1 if follows else 1
        price, days = board.total_price_cny[row, unit], board.days[unit]
        told = words[row, unit]
        fits.append(
            Fit(
                customer_id=board.customers[row].customer_id,
                unit_id=board.unit_ids[unit],
                rank=rank,
                fit=float(board.fit[row, unit]),
                utility=float(board.utility[row, unit]),
                total_price_cny=None if np.isnan(price) else round(float(price)),
                reasons=tuple(reason.text for reason in told.reasons),
                drawback=told.drawbacks[0].text if told.drawbacks else "",
                days_in_stock=None if np.isnan(days) else round(float(days)),
            )
        )
    return tuple(fits)


def _assigned(board: Board, unit_of_customer: Places) -> tuple[Assigned, ...]:
    value = board.value
    return tuple(
        Assigned(customer.customer_id, board.unit_ids[u], float(value[c, u]), float(board.fit[c, u]))
        for c, (customer, u) in enumerate(zip(board.customers, unit_of_customer.tolist(), strict=True))
        if u != NONE
    )


def _unmatched(board: Board, stock: Stock, unit_of_customer: Places) -> tuple[Unmatched, ...]:
    """Customers, then units, each by id."""
    worth = board.allowed & (board.value > _OUTSIDE_VALUE)
    found = [
        _customer_left(board, worth, row)
        for row, unit in enumerate(unit_of_customer.tolist())
        if unit == NONE
    ]
    taken = set(unit_of_customer.tolist())
    units = [
        Unmatched("unit", unit_id, _why(board.allowed[:, u], worth[:, u]))
        for u, unit_id in enumerate(board.unit_ids)
        if u not in taken
    ]
    units += [
        Unmatched("unit", unit_id, "unresolved_trim", "; ".join((doubt.detail, *doubt.candidates)))
        for unit_id, doubt in stock.doubtful.items()
    ]
    units += [
        Unmatched("unit", unit.unit_id, "sold" if unit.status == "sold" else "reserved")
        for unit in stock.gone
    ]
    return (*found, *sorted(units, key=lambda u: u.id))


def _customer_left(board: Board, worth: Mask, row: int) -> Unmatched:
    reason = _why(board.allowed[row], worth[row])
    detail = board.broken[row] if reason == "no_unit_within_limits" else ""
    return Unmatched("customer", board.customers[row].customer_id, reason, detail)


def _why(allowed: NDArray[np.bool_], worth: NDArray[np.bool_]) -> UnmatchedReason:
    if not allowed.any():
        return "no_unit_within_limits"
    return "taken" if worth.any() else "outside_option_better"


def _counts(
    customers: Sequence[Customer], units: Sequence[Unit], stock: Stock, board: Board, unit_of_customer: Places
) -> Mapping[str, int]:
    return {
        "customers": len(customers),
        "customers_with_consent": len(board.customers),
        "customers_without_consent": len(customers) - len(board.customers),
        "units": len(units),
        "units_offered": len(stock.offered),
        "units_sold": sum(unit.status == "sold" for unit in stock.gone),
        "units_reserved": sum(unit.status == "reserved" for unit in stock.gone),
        "units_unresolved_trim": len(stock.doubtful),
        "pairs_within_limits": int(board.allowed.sum()),
        "assigned": int((unit_of_customer != NONE).sum()),
    }
