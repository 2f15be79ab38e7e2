"""a season is planned

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Enum("A", "B", "C", name="zone", native_enum=False, length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_school_period_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_period")),
    )
    with op.batch_alter_table("school_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_period_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "host_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "hosting",
            sa.Enum("yes", "later", "not_this_year", name="hosting", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("months", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=200), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(length=40), nullable=False),
        sa.Column("via", sa.Enum("link", "page", "phone", name="how", native_enum=False, length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_host_wish_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_host_wish_membership_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_host_wish_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_wish")),
        sa.UniqueConstraint("season_id", "membership_id", name=op.f("uq_host_wish_season_id_membership_id")),
    )
    with op.batch_alter_table("host_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_host_wish_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "season_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("min_gap", sa.Integer(), nullable=False),
        sa.Column("target_gap", sa.Integer(), nullable=False),
        sa.Column("gap_tolerance", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column(
            "school_rule",
            sa.Enum("forbid", "avoid", "ignore", name="schoolrule", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("zone", sa.Enum("A", "B", "C", name="zone", native_enum=False, length=40), nullable=False),
        sa.Column(
            "attendance",
            sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "fairness", sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "waiting", sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "urgency", sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "travel", sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "cadence", sa.Enum("little", "normal", "much", name="weight", native_enum=False, length=40), nullable=False
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_season_rules_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_rules")),
        sa.UniqueConstraint("season_id", name=op.f("uq_season_rules_season_id")),
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["host_wish.id"], name=op.f("fk_closure_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closure_wish_id"), ["wish_id"], unique=False)

    op.create_table(
        "date_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_date_option_meeting_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_date_option_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_option")),
        sa.UniqueConstraint("meeting_id", "starts_at", name=op.f("uq_date_option_meeting_id_starts_at")),
        sa.UniqueConstraint("season_id", "starts_at", name=op.f("uq_date_option_season_id_starts_at")),
    )
    with op.batch_alter_table("date_option", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_option_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_date_option_season_id"), ["season_id"], unique=False)

    op.create_table(
        "date_poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_date_poll_asked_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_date_poll_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_date_poll_meeting_id")),
    )
    op.create_table(
        "season_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["rules_id"], ["season_rules.id"], name=op.f("fk_season_hours_rules_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_hours")),
        sa.UniqueConstraint(
            "rules_id", "weekday", "starts", "ends", name=op.f("uq_season_hours_rules_id_weekday_starts_ends")
        ),
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Enum("yes", "maybe", "no", name="can", native_enum=False, length=40), nullable=False),
        sa.Column("via", sa.Enum("link", "page", "phone", name="how", native_enum=False, length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_availability_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_availability_membership_id")),
        sa.ForeignKeyConstraint(
            ["option_id"], ["date_option.id"], name=op.f("fk_availability_option_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
        sa.UniqueConstraint("option_id", "membership_id", name=op.f("uq_availability_option_id_membership_id")),
    )
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_availability_membership_id"), ["membership_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("availability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_availability_membership_id"))

    op.drop_table("availability")
    op.drop_table("season_hours")
    op.drop_table("date_poll")
    with op.batch_alter_table("date_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_option_season_id"))
        batch_op.drop_index(batch_op.f("ix_date_option_meeting_id"))

    op.drop_table("date_option")
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closure_wish_id"))

    op.drop_table("closure")
    op.drop_table("season_rules")
    with op.batch_alter_table("host_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_host_wish_membership_id"))

    op.drop_table("host_wish")
    with op.batch_alter_table("school_period", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_period_organisation_id"))

    op.drop_table("school_period")
