"""Run by Alembic: migrate over the connection that ``recommender.storage.migrate`` hands in."""

from __future__ import annotations

from alembic import context

from recommender.storage.database import metadata

# SQLite can undo DDL, but Alembic does not expect it to.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
