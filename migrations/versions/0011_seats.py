"""seats, guests and substitutes

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SUBSTITUTE = ("substitute_given_name", "substitute_family_name", "substitute_email")


def upgrade() -> None:
    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("in_place_of_id", sa.Integer(), nullable=True),
        sa.Column("seat_sequence", sa.Integer(), nullable=True),
        sa.Column("sees_problem", sa.Boolean(), nullable=False),
        sa.Column("sees_cards", sa.Boolean(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_guest_invitation_id")),
        sa.ForeignKeyConstraint(["in_place_of_id"], ["invitation.id"], name=op.f("fk_guest_in_place_of_id")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_guest_invited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_guest_invitation_id")),
    )
    op.create_index(op.f("ix_guest_in_place_of_id"), "guest", ["in_place_of_id"])
    # Not as a batch: rows of other tables point at these.
    op.add_column("meeting", sa.Column("places", sa.Integer(), nullable=True))
    op.add_column("invitation", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True))
    for name in SUBSTITUTE:
        op.add_column("membership", sa.Column(name, sa.String(length=200), nullable=False, server_default=""))


def downgrade() -> None:
    for name in reversed(SUBSTITUTE):
        op.drop_column("membership", name)
    op.drop_column("invitation", "seated_at")
    op.drop_column("invitation", "waiting_since")
    op.drop_column("meeting", "places")
    op.drop_index(op.f("ix_guest_in_place_of_id"), table_name="guest")
    op.drop_table("guest")
