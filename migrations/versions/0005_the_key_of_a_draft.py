"""the key of a draft

Revision ID: 0005
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('problem', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('draft_key', sa.String(length=40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('draft_turn', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    with op.batch_alter_table('problem', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('draft_turn')
        batch_op.drop_column('draft_key')
