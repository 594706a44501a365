"""Choices between cars that people allowed to be kept: what was shown, what was taken, who it was no more."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from recommender.domain.survey import FieldChoice, ShownCar
from recommender.storage.database import Database, field_choice_table
from recommender.storage.unpacked import DamagedRow, unpacked, unpacked_answers

log = logging.getLogger("recommender.storage")


@dataclass(frozen=True)
class FieldChoices:
    """The table of kept choices. Every method raises DatabaseError when the database cannot do it now.

    Ids are random and rows stand in their order, not in that of their coming: neither leads to a result.
    """

    database: Database

    def keep(self, choice: FieldChoice, key: str | None = None) -> None:
        """Keep a choice. With a ``key`` (unguessable) the same form sent twice leaves one row."""
        row = {
            "id": self.database.token() if key is None else key,
            "day": choice.day,
            "catalogue_version": choice.catalogue_version,
            "answers": _packed(dict(choice.answers)),
            "shown": _packed({"cars": [{"id": c.config_id, "values": dict(c.values)} for c in choice.shown]}),
            "chosen": choice.chosen,
        }

        def work(connection: Connection) -> None:
            found = select(field_choice_table.c.id).where(field_choice_table.c.id == row["id"])
            if connection.execute(found).first() is None:
                connection.execute(insert(field_choice_table).values(row))

        try:
            self.database.write(work)
        except IntegrityError:
            # the other of two that were sent at once has kept it
            if key is None:
                raise

    def all(self) -> tuple[FieldChoice, ...]:
        """Every choice, in the order of the random ids; damaged rows are left out and logged."""
        statement = select(field_choice_table).order_by(field_choice_table.c.id)
        rows = self.database.read(lambda connection: connection.execute(statement).all())
        found = [_choice(row) for row in rows]
        return tuple(choice for choice in found if choice is not None)


def _choice(row: Row[tuple[object, ...]]) -> FieldChoice | None:
    try:
        cars = unpacked(row.shown).get("cars")
        if not isinstance(cars, list):
            raise DamagedRow("no cars")
        shown = tuple(_car(car) for car in cars)
        if row.chosen is not None and not 0 <= row.chosen < len(shown):
            raise DamagedRow("no such car chosen")
        return FieldChoice(row.day, row.catalogue_version, unpacked_answers(row.answers), shown, row.chosen)
    except DamagedRow as damage:
        log.error("damaged choice of %s: %s", row.day, damage)
        return None


def _car(car: object) -> ShownCar:
    if not isinstance(car, Mapping):
        raise DamagedRow("no car")
    values = car.get("values")
    if not isinstance(values, Mapping) or not all(
        isinstance(v, bool | int | float | str) for v in values.values()
    ):
        raise DamagedRow("no values")
    return ShownCar(str(car.get("id")), {str(name): value for name, value in values.items()})


def _packed(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
