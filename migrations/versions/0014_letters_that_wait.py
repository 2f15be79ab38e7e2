"""letters that wait are found among all that have left

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_letter_state_due_at", "letter", ["state", "due_at"])
    op.drop_index("ix_letter_due_at", "letter")


def downgrade() -> None:
    op.create_index("ix_letter_due_at", "letter", ["due_at"])
    op.drop_index("ix_letter_state_due_at", "letter")
