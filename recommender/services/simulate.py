"""Sample files without any real person: a survey, customers and a dealer's stock, drawn from the model."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from recommender.choice.artefact import Floats
from recommender.choice.simulation import Interview, SimulatedPerson, choose, simulate_person
from recommender.configurator.feasible import violations
from recommender.domain.buyer import Answer, Request
from recommender.domain.dealer import Condition, Customer, Status, Unit
from recommender.domain.survey import Alternative, ChoiceTask, Respondent, Survey
from recommender.domain.table import LevelColumn
from recommender.ownership.columns import number_column
from recommender.registry.limits_of import answer_limits
from recommender.services.market import Indices, Market
from recommender.services.outside import outside_utility
from recommender.services.taste import taste_over

QUESTIONS = (
    *("people_usual", "child_seats", "older_passengers", "budget_cny", "place", "area", "overnight_charging"),
    *("daily_km", "rough_days", "cargo", "energy", "cockpit_top", "condition", "best"),
)
_BUDGETS_CNY: tuple[Answer, ...] = (60_000, 90_000, 120_000, 150_000, 200_000, 260_000, 350_000)
_CHILD_SEATS: tuple[Answer, ...] = (0, 1, 2)
_PEOPLE_USUAL: tuple[Answer, ...] = (1, 2, 3, 4, 5)
_PLACES = 40
_STORES = ("S01", "S02", "S03")
_USED_SHARE, _GONE_SHARE, _CONSENT_SHARE = 0.25, 0.1, 0.9


def interview(market: Market) -> Interview:
    """What sample people are asked; places are provinces and cities of the catalogue."""
    places = [place.code for place in market.catalogue.places if place.level in ("province", "city")]
    step = max(1, len(places) // _PLACES)
    candidates = {
        "budget_cny": _BUDGETS_CNY,
        "child_seats": _CHILD_SEATS,
        "people_usual": _PEOPLE_USUAL,
        "place": tuple(places[::step]),
    }
    asked = tuple(q for q in QUESTIONS if q in market.registry.questions and (q != "place" or places))
    return Interview(asked, candidates)


def simulate_survey(
    market: Market, *, people: int, tasks: int, alternatives: int, today: dt.date, seed: int
) -> Survey:
    """Choices between real configurations, "neither" always offered.

    The evidence leaves open where the taste of these people lies on average: one draw of that, from its
    spread, holds for the whole survey, so that there is something to learn. Cars obey the person's limits
    where there are enough of them, else any priced car is shown."""
    rng = np.random.default_rng(seed)
    asked, outside = interview(market), outside_utility(market, today)
    spread = market.model.artefact.sds.mean(axis=0)
    common = spread * rng.standard_normal(len(spread))
    respondents = []
    for number in range(people):
        person = simulate_person(market.model.artefact, market.registry, asked, rng)
        request = Request(answers=person.answers, date=today)
        rows = _eligible(market, request, tasks * alternatives)
        shown = rng.permutation(rows)[: tasks * alternatives].reshape(-1, alternatives)
        moved = replace(person, part_worths=person.part_worths + common)
        utility = _utilities(market, request, moved, shown)
        made = [
            _task(market, f"t{t + 1}", shown[t], choose(utility[t], outside, rng)) for t in range(len(shown))
        ]
        respondents.append(Respondent(f"sim{number + 1:04}", request, tuple(made)))
    return Survey(tuple(respondents), "")


def _eligible(market: Market, request: Request, needed: int) -> Indices:
    """Rows that the person may be shown: trims without options, priced, on sale, within his limits where
    enough are."""
    columns = market.table.columns
    on_sale = columns.get("on_sale")
    bare = np.array([not options for options in market.table.options], dtype=np.bool_)
    good = bare & ~np.isnan(number_column(columns, "price_cny"))
    if isinstance(on_sale, LevelColumn):
        good &= on_sale.codes == 1
    limits = [x for x in answer_limits(request.answers, market.registry) if x.attribute in columns]
    within = good & violations(columns, limits, len(market.table), mark_unknown=True).feasible
    rows = np.flatnonzero(within)
    return rows if len(rows) >= needed else np.flatnonzero(good)


def _utilities(market: Market, request: Request, person: SimulatedPerson, shown: Indices) -> Floats:
    cars = [Alternative("", market.table.config_ids[row]) for row in shown.ravel().tolist()]
    taste = taste_over(cars, request, market)
    return taste.utility_of(person.part_worths).reshape(shown.shape)


def _task(market: Market, name: str, rows: Indices, chosen: int | None) -> ChoiceTask:
    cars = tuple(
        Alternative(str(place + 1), market.table.config_ids[row]) for place, row in enumerate(rows.tolist())
    )
    return ChoiceTask(name, cars, chosen, outside=True)


def simulate_customers(market: Market, *, count: int, today: dt.date, seed: int) -> tuple[Customer, ...]:
    """People who asked a dealer; one in ten gives no consent."""
    rng = np.random.default_rng(seed + 1)
    asked = interview(market)
    customers = []
    for number in range(count):
        person = simulate_person(market.model.artefact, market.registry, asked, rng)
        request = Request(answers=person.answers, date=today)
        day = today - dt.timedelta(days=int(rng.integers(0, 60)))
        customers.append(
            Customer(
                customer_id=f"C{number + 1:03}",
                consent=bool(rng.random() < _CONSENT_SHARE),
                request=request,
                store_code=_STORES[int(rng.integers(len(_STORES)))],
                created_at=day.isoformat(),
            )
        )
    return tuple(customers)


def simulate_inventory(market: Market, *, count: int, today: dt.date, seed: int) -> tuple[Unit, ...]:
    """A dealer's stock of real trims at invented prices, ages and mileages."""
    rng = np.random.default_rng(seed + 2)
    rows = _eligible(market, Request(date=today), count)
    picked = rng.permutation(rows)[:count].tolist()
    return tuple(_unit(market, number, row, today, rng) for number, row in enumerate(picked, start=1))


def _unit(market: Market, number: int, row: int, today: dt.date, rng: np.random.Generator) -> Unit:
    price = float(number_column(market.table.columns, "price_cny")[row])
    model_year = float(number_column(market.table.columns, "model_year")[row])
    most_years = min(5.0, today.year + today.month / 12 - model_year) if model_year < today.year else 0.0
    years = float(rng.uniform(0.5, 1.0)) * most_years
    used = bool(rng.random() < _USED_SHARE) and years > 0.0
    factor = 0.95 * 0.85**years if used else rng.uniform(0.92, 1.0)
    gone: tuple[Status, Status] = ("sold", "reserved")
    status: Status = "available" if rng.random() >= _GONE_SHARE else gone[int(rng.integers(2))]
    condition: Condition = "used" if used else "new"
    line = market.catalogue.line_of(int(market.table.trim_of[row]))
    return Unit(
        unit_id=f"U{number:03}",
        price_cny=round(price * factor / 100) * 100,
        store_code=_STORES[int(rng.integers(len(_STORES)))],
        condition=condition,
        make=line.brand,
        model=line.model,
        trim_id=market.catalogue.trims[int(market.table.trim_of[row])].trim_id,
        mileage_km=round(years * rng.uniform(6_000, 22_000)) if used else None,
        date_in_stock=today - dt.timedelta(days=int(rng.integers(0, 240))),
        status=status,
        battery_soh_pct=round(float(100 - years * rng.uniform(1.0, 2.5)), 1) if used else None,
        first_registration=today - dt.timedelta(days=round(years * 365)) if used else None,
    )
