"""What the catalogue knows of one trim, each value with its source and date."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, render_template

from web.car_view import car_view
from web.state import current_workspace

blueprint = Blueprint("cars", __name__, url_prefix="/cars")


@blueprint.get("/<trim_id>")
def show(trim_id: str) -> str:
    workspace = current_workspace()
    row = workspace.market.catalogue.trim_index.get(trim_id)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("car.html", view=car_view(row, workspace))
