"""the circle: links between companies, and sheets that two may write at once

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = "0002"
branch_labels = None
depends_on = None

KIND = sa.Enum(
    'competitor', 'customer', 'supplier', 'same_group', name='linkkind', native_enum=False, length=40
)


def upgrade() -> None:
    with op.batch_alter_table('company', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))

    op.create_table('company_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('declared_by_id', sa.Integer(), nullable=True),
    sa.Column('noted_by_id', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_company_link_company_id')),
    sa.ForeignKeyConstraint(['other_id'], ['company.id'], name=op.f('fk_company_link_other_id')),
    sa.ForeignKeyConstraint(['declared_by_id'], ['company.id'], name=op.f('fk_company_link_declared_by_id')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['person.id'], name=op.f('fk_company_link_noted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company_link')),
    sa.UniqueConstraint('company_id', 'other_id', 'kind', 'declared_by_id', name=op.f('uq_company_link_company_id_other_id_kind_declared_by_id'))
    )
    noted = sa.text('declared_by_id IS NULL')
    with op.batch_alter_table('company_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_company_link_other_id'), ['other_id'], unique=False)
        batch_op.create_index(
            'uq_company_link_noted', ['company_id', 'other_id', 'kind'],
            unique=True, sqlite_where=noted, postgresql_where=noted,
        )


def downgrade() -> None:
    op.drop_table('company_link')
    with op.batch_alter_table('company', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('version')
