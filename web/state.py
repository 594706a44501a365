"""The workspace that an application serves, typed."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from recommender.workspace import Workspace

_EXTENSION = "recommender"


def attach(app: Flask, workspace: Workspace) -> None:
    app.extensions[_EXTENSION] = workspace


def current_workspace() -> Workspace:
    """The workspace of the application that serves this request."""
    return cast(Workspace, current_app.extensions[_EXTENSION])
