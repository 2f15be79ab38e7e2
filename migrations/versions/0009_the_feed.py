"""the feed

Revision ID: 0009
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=200), nullable=False),
    sa.Column('mode', sa.Enum('all', 'unaccepted', name='feedmode', native_enum=False, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reads', sa.Integer(), nullable=False),
    sa.Column('etag', sa.String(length=40), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feed_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed')),
    sa.UniqueConstraint('person_id', name=op.f('uq_feed_person_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_feed_token_hash'))
    )


def downgrade() -> None:
    op.drop_table('feed')
