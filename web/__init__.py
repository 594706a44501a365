"""The web door: pages for buyers, a JSON interface for programs; :func:`create_app` makes it."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from recommender.settings import Settings, secret_key
from recommender.workspace import Workspace
from web import api, buyer, cars, decision, errors, i18n, layout, ops, results, security, which
from web.state import attach


def create_app(settings: Settings, workspace: Workspace) -> Flask:
    """The application over one workspace. Reads the signing key, the templates and the translations.

    Raises BadSettings when no signing key can be had.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        DEFAULT_LANGUAGE=settings.lang,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    attach(app, workspace)
    i18n.install(app, settings.lang)
    security.install(app, base_url=settings.base_url, rate_limit=settings.rate_limit)
    errors.install(app)
    layout.install(app)
    for blueprint in (
        buyer.blueprint,
        results.blueprint,
        decision.blueprint,
        which.blueprint,
        cars.blueprint,
        api.blueprint,
        ops.blueprint,
    ):
        app.register_blueprint(blueprint)
    security.exempt_from_csrf(app, api.blueprint)
    return app
