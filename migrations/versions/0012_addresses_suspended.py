"""addresses that are suspended: how many letters did not arrive

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: rows of other tables point at this one.
    op.add_column("person", sa.Column("address_failures", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE person SET address_failures = 1 WHERE address_failed_at IS NOT NULL")


def downgrade() -> None:
    op.drop_column("person", "address_failures")
