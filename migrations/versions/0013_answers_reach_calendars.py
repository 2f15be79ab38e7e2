"""answers reach calendars, and further addresses of a person

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as batches: rows of other tables point at these.
    op.add_column("person", sa.Column("tells_calendar", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("calendar_copy", sa.Column("partstat", sa.String(length=40), nullable=False, server_default=""))
    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alias_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("person_id", "address", name=op.f("uq_alias_person_id_address")),
    )
    op.create_index(op.f("ix_alias_address"), "alias", ["address"])


def downgrade() -> None:
    op.drop_table("alias")
    op.drop_column("calendar_copy", "partstat")
    op.drop_column("person", "tells_calendar")
