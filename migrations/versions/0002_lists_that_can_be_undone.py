"""lists that can be undone

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('brought_list', schema=None) as batch_op:
        batch_op.alter_column('person_id', existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column('columns', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('written_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('lines', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('horizon', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('undone_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_brought_list_written_by_id'), 'person', ['written_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_brought_list_undone_by_id'), 'person', ['undone_by_id'], ['id'])

    op.create_table('written_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('brought_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('noun', sa.String(length=40), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('kept_for', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['brought_id'], ['brought_list.id'], name=op.f('fk_written_row_brought_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_written_row'))
    )
    with op.batch_alter_table('written_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_written_row_brought_id'), ['brought_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('written_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_written_row_brought_id'))

    op.drop_table('written_row')
    # What a command brought has nobody to name.
    op.execute('DELETE FROM brought_list WHERE person_id IS NULL')
    with op.batch_alter_table('brought_list', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_brought_list_undone_by_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_brought_list_written_by_id'), type_='foreignkey')
        batch_op.drop_column('undone_by_id')
        batch_op.drop_column('undone_at')
        batch_op.drop_column('horizon')
        batch_op.drop_column('lines')
        batch_op.drop_column('written_by_id')
        batch_op.drop_column('columns')
        batch_op.alter_column('person_id', existing_type=sa.Integer(), nullable=False)
