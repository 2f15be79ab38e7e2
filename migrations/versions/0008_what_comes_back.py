"""what comes back: mails heard, letters bounced

Revision ID: 0008
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('collected',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('validity', sa.BigInteger(), nullable=False),
    sa.Column('uid', sa.BigInteger(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('folder', sa.String(length=40), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collected')),
    sa.UniqueConstraint('validity', 'uid', name=op.f('uq_collected_validity_uid'))
    )
    with op.batch_alter_table('letter', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('person', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('address_failed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('address_failure', sa.String(length=200), nullable=True))
    with op.batch_alter_table('invitation', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('heard_sequence', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('heard_stamp', sa.DateTime(timezone=True), nullable=True))
    op.create_table('heard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=200), nullable=False),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('sender', sa.String(length=200), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('uid', sa.String(length=200), nullable=False),
    sa.Column('attendee', sa.String(length=200), nullable=False),
    sa.Column('partstat', sa.String(length=40), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=True),
    sa.Column('stamp', sa.DateTime(timezone=True), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('delegated_to', sa.String(length=200), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verdict', sa.Enum('taken', 'ignored', 'queued', name='verdict', native_enum=False, length=40), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('proof', sa.String(length=40), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=True),
    sa.Column('club_id', sa.Integer(), nullable=True),
    sa.Column('meeting_id', sa.Integer(), nullable=True),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('letter_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['club_id'], ['club.id'], name=op.f('fk_heard_club_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_heard_invitation_id')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_heard_letter_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_heard_meeting_id')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['person.id'], name=op.f('fk_heard_settled_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_heard')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_heard_fingerprint'))
    )
    with op.batch_alter_table('heard', schema=None) as batch_op:
        for name in ('club_id', 'invitation_id', 'meeting_id', 'verdict'):
            batch_op.create_index(batch_op.f(f'ix_heard_{name}'), [name], unique=False)


def downgrade() -> None:
    op.drop_table('heard')
    with op.batch_alter_table('invitation', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('heard_stamp')
        batch_op.drop_column('heard_sequence')
    with op.batch_alter_table('person', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('address_failure')
        batch_op.drop_column('address_failed_at')
    with op.batch_alter_table('letter', schema=None, recreate='never') as batch_op:
        batch_op.drop_column('bounced_at')
    op.drop_table('collected')
