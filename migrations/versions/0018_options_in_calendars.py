"""days that are only an option in calendars, and the last day for an opinion

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("shows_options", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Not as a batch: rows of other tables point at these.
    op.add_column("proposal", sa.Column("opinion_by", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("proposal", "opinion_by")
    op.drop_column("feed", "shows_options")
