"""Dealer units that compete in a recommendation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cli.endings import Manner, tell

if TYPE_CHECKING:
    from recommender.domain.buyer import Request
    from recommender.domain.recommendation import Recommendation
    from recommender.workspace import Workspace


def recommend_with_units(
    request: Request, workspace: Workspace, inventory: Path, manner: Manner
) -> Recommendation:
    """The recommendation over the catalogue's builds and the units of a file together.

    Units that are sold or reserved do not compete; one whose trim is not certain is named on standard error.
    Raises Rejected with every fault of the file.
    """
    from recommender.domain.errors import Problem, Rejected
    from recommender.services.recommend import recommend
    from recommender.services.stock import market_with_stock, sort_out
    from recommender.storage.inventory import read_inventory

    units = read_inventory(inventory, request.date)
    if units.problems:
        raise Rejected(units.problems)
    stock = sort_out(units.kept, workspace.market)
    doubts = [
        Problem(inventory.name, "unit_trim_doubtful", unit_id, {"detail": doubt.detail})
        for unit_id, doubt in stock.doubtful.items()
    ]
    if doubts:
        tell(doubts, manner)
    return recommend(request, market_with_stock(stock, workspace.market, request.date))
