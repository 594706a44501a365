"""The policy figures in force on one day, looked up by id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.registry.model import Policy, Registry


@dataclass(frozen=True)
class Figures:
    """Every policy row in force on ``date``. A figure that is missing raises KeyError with its id and the
    day.
    """

    date: dt.date
    rows: Mapping[str, Policy]

    def __call__(self, policy_id: str) -> float:
        return self.row(policy_id).value

    def row(self, policy_id: str) -> Policy:
        if policy_id not in self.rows:
            raise KeyError(f"no policy {policy_id} in force on {self.date.isoformat()}")
        return self.rows[policy_id]

    def get(self, policy_id: str) -> float | None:
        """The figure, or None where no rule is known for the day."""
        policy = self.rows.get(policy_id)
        return None if policy is None else policy.value

    def band(self, prefix: str) -> tuple[float, float, float]:
        """The figures ``<prefix>_low``, ``<prefix>_mid``, ``<prefix>_high``."""
        return self(f"{prefix}_low"), self(f"{prefix}_mid"), self(f"{prefix}_high")


def figures_on(registry: Registry, date: dt.date) -> Figures:
    """All figures in force on a day: one pass over the registry, the first row of an id wins."""
    return Figures(date, registry.policies_on(date))
