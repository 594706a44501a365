"""Choices between two cars that people allowed to be kept, without anything that leads back to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_choice",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("catalogue_version", sa.String(80), nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("chosen", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_field_choice"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("field_choice")
