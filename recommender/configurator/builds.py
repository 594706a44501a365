"""From trims and options to the table of builds: every valid build is a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from recommender.configurator.changes import changes_of, in_order
from recommender.configurator.faults import catalogue_faults, options_by_trim
from recommender.configurator.halves import Halves, halves_of
from recommender.configurator.rules import MAXIMUM_LISTED, OptionRules, compile_rules, valid_masks
from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Rejected
from recommender.domain.table import BuildTable, Column, Columns, LevelColumn, NumberColumn, number_column

CONFIG_JOINER = "~"
"""Between the ids of a configuration: TRIM~OPTION~OPTION."""

_PRICE = "price_cny"
_WORD_BITS = 62


@dataclass(frozen=True)
class Builds(BuildTable):
    """The table of builds, and what follows from the rules for every person.

    ``known_part``: int [n], row of the same build without what is on request (the trim as sold where that is
    no build); a row whose options are all priced is its own. ``unlisted``: rules of the trims (by number)
    whose builds are too many to be rows; ``halves``: to search them sooner, where that can be.
    """

    known_part: NDArray[np.intp]
    unlisted: Mapping[int, OptionRules]
    halves: Mapping[int, Halves | None]


def enumerate_builds(catalogue: Catalogue, at_most: int = MAXIMUM_LISTED) -> Builds:
    """All valid builds, grouped by trim: the trim as sold first (``config_id`` = ``trim_id``), then the
    builds with a known price, then those with an option on request (price not known).

    A trim with more than ``at_most`` builds is listed as sold and with each of its options alone; what is
    best on it for a person is searched (``best_build``). Raises Rejected with every fault of the rules.
    """
    faults = catalogue_faults(catalogue)
    if faults:
        raise Rejected(faults)
    listings = []
    unlisted: dict[int, OptionRules] = {}
    for trim_id, options in options_by_trim(catalogue).items():
        trim, rules = catalogue.trim_index[trim_id], compile_rules(trim_id, options)
        masks = valid_masks(rules, at_most)
        if masks is None:
            unlisted[trim] = rules
            masks = single_masks(rules)
        if len(masks) > 1:
            listings.append(Listing(trim, rules, masks))
    table = build_table(catalogue, listings)
    inherited = {one.name: getattr(table, one.name) for one in fields(table)}
    halves = {trim: halves_of(rules) for trim, rules in unlisted.items()}
    return Builds(**inherited, known_part=known_parts(table, catalogue), unlisted=unlisted, halves=halves)


def single_masks(rules: OptionRules) -> list[int]:
    """The trim as sold, and each option with what it needs, where that is a build."""
    return [0, *sorted({need for need in rules.needs if rules.is_valid(need)})]


def known_parts(table: BuildTable, catalogue: Catalogue) -> NDArray[np.intp]:
    """``known_part`` of any table; dealer units and trims without a price stand for themselves."""
    parts = np.arange(len(table), dtype=np.intp)
    price = number_column(table.columns, _PRICE)
    row_of = {config_id: row for row, config_id in enumerate(table.config_ids) if not table.unit_ids[row]}
    priced = {(o.trim_id, o.option_id) for o in catalogue.options if o.price_cny is not None}
    for row in np.flatnonzero(np.isnan(price.values)).tolist():
        if not table.options[row] or table.unit_ids[row]:
            continue
        trim_id = catalogue.trims[table.trim_of[row]].trim_id
        known = [option for option in table.options[row] if (trim_id, option) in priced]
        part = row_of.get(CONFIG_JOINER.join((trim_id, *known)), row_of.get(trim_id, row))
        if not np.isnan(price.values[part]):
            parts[row] = part
    return parts


@dataclass(frozen=True)
class Listing:
    """The builds of one trim that become rows; ``masks`` begin with 0, the trim as sold."""

    trim: int
    rules: OptionRules
    masks: Sequence[int]


@dataclass
class _Writes:
    """What differs from the trims' own values, gathered by attribute."""

    rows: dict[str, list[NDArray[np.intp]]] = field(default_factory=dict)
    values: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)

    def add(self, attribute: str, rows: NDArray[np.intp], values: NDArray[np.float64]) -> None:
        self.rows.setdefault(attribute, []).append(rows)
        self.values.setdefault(attribute, []).append(values)

    def onto(self, columns: Columns) -> dict[str, Column]:
        """The columns with everything written; of two writes to a cell the later one stays."""
        written = dict(columns)
        for attribute, rows in self.rows.items():
            column, where = columns[attribute], np.concatenate(rows)
            values = np.concatenate(self.values[attribute])
            if isinstance(column, NumberColumn):
                numbers = column.values.copy()
                numbers[where] = values
                written[attribute] = NumberColumn(numbers)
            else:
                codes = column.codes.copy()
                codes[where] = values.astype(np.int16)
                written[attribute] = LevelColumn(codes, column.levels)
        return written


def build_table(catalogue: Catalogue, listings: Sequence[Listing], *, others: bool = True) -> BuildTable:
    """The table of the builds listed; with ``others`` every trim without a listing is there as sold.

    Columns start as the trims' own and only changed cells are written.
    """
    counts = np.full(len(catalogue.trims), int(others), dtype=np.intp)
    counts[[listing.trim for listing in listings]] = [len(listing.masks) for listing in listings]
    trim_of = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    config_ids = [catalogue.trims[trim].trim_id for trim in trim_of.tolist()]
    options: list[tuple[str, ...]] = [()] * len(trim_of)
    columns = {name: column.take(trim_of) for name, column in catalogue.columns.items()}
    writes = _Writes()
    for listing in listings:
        start = int(first[listing.trim])
        masks = _write(writes, catalogue, listing, start)
        for row, mask in enumerate(masks, start):
            options[row] = listing.rules.ids(mask)
            config_ids[row] = CONFIG_JOINER.join((config_ids[row], *options[row]))
    return BuildTable(
        columns=writes.onto(columns),
        trim_of=trim_of.astype(np.int32),
        config_ids=tuple(config_ids),
        options=tuple(options),
        unit_ids=(None,) * len(trim_of),
    )


def _write(writes: _Writes, catalogue: Catalogue, listing: Listing, start: int) -> list[int]:
    """Note prices and changes of one trim's builds; the masks in the order of their rows."""
    rules, trim = listing.rules, listing.trim
    masks, prices = _by_price_known(rules, listing.masks)
    added = prices != 0.0
    price = number_column(catalogue.columns, _PRICE)
    rows = np.arange(start, start + len(masks), dtype=np.intp)
    writes.add(_PRICE, rows[added], price.values[trim] + prices[added])
    chosen = chosen_bits(masks, len(rules))
    for bit in in_order(rules):
        with_it = rows[chosen[:, bit]]
        for change in changes_of(rules.options[bit], catalogue.columns, trim):
            writes.add(change.attribute, with_it, np.full(len(with_it), change.value))
    return masks


def _by_price_known(rules: OptionRules, masks: Sequence[int]) -> tuple[list[int], NDArray[np.float64]]:
    """Masks with those on request last, and the price of the options of each (NaN = on request)."""
    prices = option_prices(rules, masks)
    order = np.argsort(np.isnan(prices), kind="stable")
    return [masks[place] for place in order.tolist()], prices[order]


def option_prices(rules: OptionRules, masks: Sequence[int]) -> NDArray[np.float64]:
    """float64 [n]: what the options of each build cost together, NaN = on request."""
    chosen = chosen_bits(masks, len(rules))
    paid = chosen.copy()
    for bit, packages in enumerate(rules.packages):
        if packages:
            through = [other for other in range(len(rules)) if packages >> other & 1]
            paid[:, bit] &= ~chosen[:, through].any(axis=1)
    known = [0.0 if option.price_cny is None else float(option.price_cny) for option in rules.options]
    prices = paid @ np.array(known)
    asked = [bit for bit, option in enumerate(rules.options) if option.price_cny is None]
    prices[paid[:, asked].any(axis=1)] = np.nan
    return np.asarray(prices)


def chosen_bits(masks: Sequence[int], width: int) -> NDArray[np.bool_]:
    """bool [n, width]: the bits of each mask."""
    if width <= _WORD_BITS:
        words = np.array(masks, dtype=np.int64)[:, None]
        return np.asarray((words >> np.arange(width)) & 1, dtype=np.bool_)
    return np.array([[mask >> bit & 1 for bit in range(width)] for mask in masks], dtype=np.bool_)
