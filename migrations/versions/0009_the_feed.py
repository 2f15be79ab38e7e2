"""the feed

Revision ID: 0009
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.Enum("all", "unaccepted", name="feedmode", native_enum=False, length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("person_id", name=op.f("uq_feed_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letter_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_calendar_copy_letter_id"), "letter", ["letter_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_constraint("uq_calendar_copy_invitation_id_address", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_calendar_copy_invitation_id_address_stamp"), ["invitation_id", "address", "stamp"]
        )
    # Not as a batch: rows of other tables point at this one.
    op.add_column("meeting", sa.Column("word", sa.Text(), nullable=False, server_default=""))
    op.add_column("meeting", sa.Column("word_mark", sa.String(length=200), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("meeting", "word_mark")
    op.drop_column("meeting", "word")
    # Of each address the last message alone is kept again.
    op.execute(
        "DELETE FROM calendar_copy WHERE EXISTS (SELECT 1 FROM calendar_copy AS later "
        "WHERE later.invitation_id = calendar_copy.invitation_id AND later.address = calendar_copy.address "
        "AND later.stamp > calendar_copy.stamp)"
    )
    with op.batch_alter_table("calendar_copy", schema=None) as batch_op:
        batch_op.drop_constraint("uq_calendar_copy_invitation_id_address_stamp", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_calendar_copy_invitation_id_address"), ["invitation_id", "address"]
        )
        batch_op.drop_constraint("fk_calendar_copy_letter_id", type_="foreignkey")
        batch_op.drop_column("letter_id")
    op.drop_table("feed")
