"""The one seam where storage meets services: read everything once, then answer questions about it.

Nothing is read at import. A workspace holds no state of a request; workers share one by forking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from recommender.domain.buyer import Request
from recommender.domain.catalogue import Catalogue
from recommender.domain.errors import Problem, Rejected
from recommender.domain.recommendation import Recommendation
from recommender.domain.table import LevelColumn
from recommender.registry.answers import parse_request
from recommender.registry.load import load_registry
from recommender.registry.model import Registry
from recommender.registry.vocabulary import Vocabulary
from recommender.services.market import Market, make_market
from recommender.services.recommend import recommend
from recommender.settings import Settings
from recommender.storage.artefacts import read_model
from recommender.storage.catalogue import read_catalogue
from recommender.storage.stored import Damaged, DatabaseError, Draft, Expired, StoredResult

if TYPE_CHECKING:
    from recommender.storage.database import Database

__all__ = [
    "CHINA",
    "Damaged",
    "DatabaseError",
    "Draft",
    "Expired",
    "StoredResult",
    "Workspace",
    "open_workspace",
    "utc_now",
    "vocabulary_of",
]

CHINA = dt.timezone(dt.timedelta(hours=8), "CST")
"""Tax and subsidy rules follow the calendar of the market; China has one time zone and no summer time."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Workspace:
    """Settings, registry, market (catalogue + model) and database. ``clock`` returns a time with its zone."""

    settings: Settings
    registry: Registry
    market: Market
    clock: Callable[[], dt.datetime] = utc_now

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What requests may name: brands, places, configurations and levels of this catalogue."""
        return vocabulary_of(self.registry, self.market.catalogue, self.market.row_of)

    @cached_property
    def database(self) -> Database:
        """Opened on first use. Raises DatabaseError for an address that cannot be used."""
        from recommender.storage.database import open_database  # a recommendation alone needs none

        return open_database(self.settings.database, state_dir=self.settings.state_dir, clock=self.clock)

    def today(self) -> dt.date:
        return self.clock().astimezone(CHINA).date()

    def parse(
        self, raw: bytes | str | Mapping[str, object], overrides: Mapping[str, object] | None = None
    ) -> Request:
        """Parse ANSWERS.json. Raises Rejected with every problem."""
        return parse_request(raw, self.registry, self.vocabulary, self.today(), overrides=overrides)

    def recommend(
        self, raw: bytes | str | Mapping[str, object], overrides: Mapping[str, object] | None = None
    ) -> Recommendation:
        """Parse and recommend, as every door does. ``overrides`` (keys of ANSWERS.json) win over ``raw``."""
        return self.answer(self.parse(raw, overrides))

    def answer(self, request: Request) -> Recommendation:
        """The one function behind every door, on this market."""
        return recommend(request, self.market)

    def missing(self) -> tuple[str, ...]:
        """What keeps this workspace from serving people now, as problem codes; nothing when all is well."""
        try:
            self.database.ping()
        except DatabaseError as error:
            return (error.problem.code,)
        return ()


def vocabulary_of(registry: Registry, catalogue: Catalogue, config_ids: Container[str] = ()) -> Vocabulary:
    """The vocabulary of a catalogue; ``config_ids`` are the configurations that trade-offs may name."""
    levels = {
        attribute.id: column.levels
        for attribute in registry.attributes.values()
        if attribute.catalogue_levels
        and isinstance(column := catalogue.columns.get(attribute.id), LevelColumn)
    }
    return Vocabulary(catalogue.brands, catalogue.places, config_ids, levels)


def open_workspace(
    settings: Settings, *, with_database: bool = True, clock: Callable[[], dt.datetime] = utc_now
) -> Workspace:
    """Read registry, catalogue and model; with a database, see that it is migrated.

    Raises Rejected with every fault of catalogue and model together, DatabaseError for the database.
    """
    registry = load_registry()
    problems: list[Problem] = []
    catalogue, model = None, None
    try:
        catalogue = read_catalogue(settings.catalogue_dir, registry)
    except Rejected as refusal:
        problems.extend(refusal.problems)
    try:
        model = read_model(settings.models_dir, registry)
    except Rejected as refusal:
        problems.extend(refusal.problems)
    if catalogue is None or model is None:
        raise Rejected(problems)
    workspace = Workspace(settings, registry, make_market(registry, catalogue, model), clock)
    if with_database:
        _see_migrated(workspace.database)
    return workspace


def _see_migrated(database: Database) -> None:
    from recommender.storage.migrate import check  # loads the migration library

    for problem in check(database):
        raise DatabaseError(problem)
