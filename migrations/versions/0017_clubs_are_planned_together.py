"""clubs are planned together

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATE = sa.Enum("waiting", "running", "done", "stopped", "failed", name="proposalstate", native_enum=False, length=40)
STATUS = sa.Enum("optimal", "feasible", "infeasible", "unknown", name="status", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "joint_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("meetings", sa.Text(), nullable=False),
        sa.Column("objective", sa.Integer(), nullable=True),
        sa.Column("bound", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("status", STATUS, nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("stop_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_joint_plan_organisation_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_joint_plan_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_plan")),
    )
    op.create_index(op.f("ix_joint_plan_organisation_id"), "joint_plan", ["organisation_id"])
    op.create_index(op.f("ix_joint_plan_state"), "joint_plan", ["state"])
    # In one statement with their foreign keys: rows of other tables point at these, which forbids a batch.
    op.execute(
        "ALTER TABLE proposal ADD COLUMN joint_id INTEGER CONSTRAINT fk_proposal_joint_id REFERENCES joint_plan (id)"
    )
    op.execute(
        "ALTER TABLE meeting ADD COLUMN facilitator_id INTEGER"
        " CONSTRAINT fk_meeting_facilitator_id REFERENCES person (id)"
    )


def downgrade() -> None:
    op.drop_column("meeting", "facilitator_id")
    op.drop_column("proposal", "joint_id")
    op.drop_index(op.f("ix_joint_plan_state"), table_name="joint_plan")
    op.drop_index(op.f("ix_joint_plan_organisation_id"), table_name="joint_plan")
    op.drop_table("joint_plan")
