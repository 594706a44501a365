"""One trim and one person: the best build, what may be added or not and why, what each step of price buys."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.configurator.builds import Builds, Listing, build_table
from recommender.configurator.feasible import violations
from recommender.configurator.lint import lint_catalogue
from recommender.configurator.option_states import NOT_AVAILABLE, STANDARD
from recommender.configurator.rules import OptionRules, bits
from recommender.configurator.states import Offered, Step, step_to
from recommender.domain.buyer import Request
from recommender.domain.catalogue import Catalogue, Option
from recommender.domain.errors import Problem, Rejected, shown
from recommender.domain.limits import Limit
from recommender.domain.recommendation import Item
from recommender.domain.table import Columns, NumberColumn, number_column
from recommender.ownership.personal import personal_columns, purchase_of
from recommender.registry.messages import format_value
from recommender.services.additions import option_name, rules_of
from recommender.services.confidence import believe
from recommender.services.consideration import Consideration
from recommender.services.documents import Document, item_document
from recommender.services.market import Indices, Market
from recommender.services.on_request import PRICED
from recommender.services.ranking import ranked
from recommender.services.recommend import describe_row
from recommender.services.reference import reference_car
from recommender.services.scoring import Scores


@dataclass(frozen=True, slots=True)
class OptionLine:
    """``state``: standard, chosen, free, blocked, not_available. ``frees``: options to add or drop first."""

    option_id: str
    name: str
    state: str
    price_cny: int | None
    reason: str
    frees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    config_id: str
    total_price_cny: int
    utility: float


@dataclass(frozen=True)
class Configuration:
    """``best``: the best build within all limits, None when there is none; options then stand beside the
    trim as sold. ``ladder``: Pareto front of (total price, utility) within the limits, cheapest first."""

    trim_id: str
    best: Item | None
    options: tuple[OptionLine, ...]
    ladder: tuple[Rung, ...]


def configure(request: Request, market: Market, trim_id: str) -> Configuration:
    """Options of one trim for one person. Pure. Raises Rejected (trim_unknown)."""
    trim = market.catalogue.trim_index.get(trim_id)
    if trim is None:
        known = list(market.catalogue.trim_index)
        nearest = tuple(difflib.get_close_matches(trim_id[:60], known, 3, 0.3)) or tuple(known[:3])
        raise Rejected([Problem("/trim_id", "trim_unknown", shown(trim_id), {"nearest": nearest})])
    complete = not (isinstance(market.table, Builds) and trim in market.table.unlisted)
    scores, considered = ranked(request, market)
    view = _View(scores, considered, trim, complete)
    return Configuration(trim_id, view.best(), view.lines(), view.ladder())


def catalogue_problems(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Faults of the options of a catalogue that its files alone do not show."""
    return lint_catalogue(catalogue)


def configuration_document(configuration: Configuration) -> Document:
    """Result of ``configure`` as JSON values."""
    best = configuration.best
    return {
        "trim_id": configuration.trim_id,
        "best": None if best is None else item_document(best),
        "options": [
            {
                "option_id": line.option_id,
                "name": line.name,
                "state": line.state,
                "price_cny": line.price_cny,
                "reason": line.reason,
                "frees": list(line.frees),
            }
            for line in configuration.options
        ],
        "ladder": [
            {"config_id": r.config_id, "total_price_cny": r.total_price_cny, "utility": r.utility}
            for r in configuration.ladder
        ],
    }


class _View:
    """One trim's rows as one person sees them."""

    def __init__(self, scores: Scores, considered: Consideration, trim: int, complete: bool) -> None:
        self._scores, self._considered = scores, considered
        self._market, self._lang = scores.market, scores.person.request.lang
        self._rules: OptionRules = rules_of(self._market, trim)
        self._trim, self._trim_id = trim, self._rules.trim_id
        first, last = np.searchsorted(self._market.table.trim_of, [trim, trim + 1])
        rows = np.arange(first, last)
        self._rows: Indices = rows[[self._market.table.unit_ids[row] is None for row in rows.tolist()]]
        self._masks = [self._rules.mask_of(self._market.table.options[row]) for row in self._rows.tolist()]
        self._allowed = considered.found.feasible[self._rows]
        self._offered = Offered(self._masks, self._allowed, scores.utility[self._rows], complete)
        mine = considered.rows[self._market.table.trim_of[considered.rows] == trim]
        self._best_row: int | None = int(mine[0]) if len(mine) else None
        chosen = () if self._best_row is None else self._market.table.options[self._best_row]
        self._mask = self._rules.mask_of(chosen)

    def best(self) -> Item | None:
        """As in a recommendation, its rank among the best builds of all trims."""
        if self._best_row is None:
            return None
        place = int(np.flatnonzero(self._considered.rows == self._best_row)[0])
        row = np.array([self._best_row], dtype=np.intp)
        columns = {name: column.take(row) for name, column in self._scores.person.columns.items()}
        costs = purchase_of(columns, self._scores.person.circumstances, self._market.registry)
        reference = reference_car(self._scores, self._considered)
        item = describe_row(self._scores, reference, costs, 0, self._best_row)
        share = believe(self._scores, self._considered).share[place]
        return replace(item, rank=place + 1, choice_probability=float(share))

    def ladder(self) -> tuple[Rung, ...]:
        total = number_column(self._scores.person.columns, "total_price_cny")
        rungs = [
            Rung(
                self._market.table.config_ids[row],
                round(float(total.values[row])),
                float(self._scores.utility[row]),
            )
            for row in self._rows[self._allowed].tolist()
            if not np.isnan(total.values[row])
        ]
        rungs.sort(key=lambda rung: (rung.total_price_cny, -rung.utility, rung.config_id))
        front: list[Rung] = []
        for rung in rungs:
            if not front or rung.utility > front[-1].utility:
                front.append(rung)
        return tuple(front)

    def lines(self) -> tuple[OptionLine, ...]:
        options = [o for o in self._market.catalogue.options if o.trim_id == self._trim_id]
        return tuple(self._line(option) for option in sorted(options, key=lambda o: o.option_id))

    def _line(self, option: Option) -> OptionLine:
        if option.state == NOT_AVAILABLE:
            return self._said(option, NOT_AVAILABLE, self._say("not_available"))
        if option.state == STANDARD:
            return self._standard(option)
        bit = self._rules.bit_of[option.option_id]
        if self._mask >> bit & 1:
            packages = self._rules.packages[bit] & self._mask
            reason = self._say("included", package=self._names(packages)) if packages else self._say("chosen")
            return self._said(option, "chosen", reason)
        step = step_to(self._rules, self._offered, self._mask, bit)
        if step.target is not None and any(self._broken(step.target)):
            # Found by search under the rules alone, where not every build is a row.
            step = replace(step, target=None, toggled=0)
        if step.target is not None and not step.toggled:
            return self._said(option, "free", self._say("free"))
        return self._blocked(option, bit, step)

    def _standard(self, option: Option) -> OptionLine:
        instead = [o for o in (self._rules.options[bit] for bit in bits(self._mask)) if option.group]
        replaced = [o for o in instead if o.group == option.group]
        if not replaced:
            return self._said(option, STANDARD, self._say("standard"))
        reason = self._say("replaced", other=option_name(replaced[0], self._lang))
        return self._said(option, "blocked", reason, (replaced[0].option_id,))

    def _blocked(self, option: Option, bit: int, step: Step) -> OptionLine:
        if step.why == "limit" or (step.why != "never" and step.target is None):
            reason = self._limit_reason(bit)
        else:
            reason = self._say(step.why, other=self._names(step.others))
        frees = self._rules.ids(step.toggled)
        if frees:
            changes = self._market.registry.message("relaxation.joiner", self._lang).join(
                self._say("drop" if self._mask >> b & 1 else "add", option=self._names(1 << b))
                for b in bits(step.toggled)
            )
            reason = self._say("way_out", reason=reason, changes=changes)
        return self._said(option, "blocked", reason, frees)

    def _limit_reason(self, bit: int) -> str:
        """The first limit that the nearest build with the option breaks."""
        if not self._allowed.any():
            broken, _ = self._broken(0)
            return self._say("limit_anyway", label=self._label(broken[0])) if broken else self._say("never")
        everything = replace(self._offered, allowed=np.ones(len(self._masks), dtype=np.bool_))
        step = step_to(self._rules, everything, self._mask, bit)
        if step.target is None:
            return self._say("never")
        broken, unknown = self._broken(step.target)
        if not broken:
            return self._say("limit_on_request") if unknown else self._say("never")
        limit = broken[0]
        if limit.attribute not in PRICED or limit.op != "at_most":
            return self._say("limit_other", label=self._label(limit))
        attribute = self._market.registry.attributes[limit.attribute]
        columns, least = self._columns(step.target)
        value = columns[limit.attribute].value(0)
        if value is None and limit.attribute in least:
            value = least[limit.attribute].value(0)
        bound = limit.value if isinstance(limit.value, int | float) else None
        return self._say(
            "limit_price",
            label=self._label(limit),
            value=format_value(attribute, value, self._lang),
            bound=format_value(attribute, bound, self._lang),
        )

    def _broken(self, mask: int) -> tuple[list[Limit], list[Limit]]:
        """Limits that a build breaks, and those that it fails because a value is not known."""
        person = self._scores.person
        columns, least = self._columns(mask)
        mark = person.request.unknown == "mark"
        found = violations(columns, person.limits, 1, mark_unknown=mark, least=least)
        broken, unknown = int(found.broken[0]), int(found.unknown[0])
        return [person.limits[bit] for bit in bits(broken)], [person.limits[bit] for bit in bits(unknown)]

    def _columns(self, mask: int) -> tuple[Columns, Mapping[str, NumberColumn]]:
        """The columns of one build, also of one that is no row, and what its open prices come to at least."""
        person = self._scores.person
        if mask in self._masks:
            row = self._rows[[self._masks.index(mask)]]
            columns = {name: column.take(row) for name, column in person.columns.items()}
            return columns, {name: column.take(row) for name, column in person.least.items()}
        listing = Listing(self._trim, self._rules, [mask])
        table = build_table(self._market.catalogue, [listing], others=False)
        own = personal_columns(table.columns, person.circumstances, self._market.registry)
        return {**table.columns, **own}, {}

    def _label(self, limit: Limit) -> str:
        return self._market.registry.attributes[limit.attribute].label.get(self._lang)

    def _names(self, mask: int) -> str:
        return " / ".join(option_name(self._rules.options[bit], self._lang) for bit in bits(mask))

    def _say(self, sentence: str, **params: object) -> str:
        return self._market.registry.message(f"configure.{sentence}", self._lang, **params)

    def _said(self, option: Option, state: str, reason: str, frees: Sequence[str] = ()) -> OptionLine:
        name = option_name(option, self._lang)
        return OptionLine(option.option_id, name, state, option.price_cny, reason, tuple(frees))
