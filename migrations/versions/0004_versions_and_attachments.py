"""versions and attachments

Revision ID: 0004
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ANSWERS = ("question", "why_now", "context", "tried", "options", "out_of_bounds", "expected", "to_look_at")
WHY = ("handed_in", "sent_back", "approved", "other_pen", "new_sitting", "replaced", "standing")
KINDS = ("pdf", "png", "jpg", "docx", "xlsx", "pptx")


def upgrade() -> None:
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Enum(*WHY, name="why", native_enum=False, length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ANSWERS[1:]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_version_by_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_version_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    )
    op.create_index(op.f("ix_version_problem_id"), "version", ["problem_id"])
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_review_note_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
        sa.UniqueConstraint("version_id", "question", name=op.f("uq_review_note_version_id_question")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="kind", native_enum=False, length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attachment_by_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_attachment_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("token", name=op.f("uq_attachment_token")),
    )
    op.create_index(op.f("ix_attachment_problem_id"), "attachment", ["problem_id"])
    _bring_notes()
    op.drop_column("problem", "review_note")  # not as a batch: rows of other tables point at this one


def downgrade() -> None:
    op.add_column("problem", sa.Column("review_note", sa.Text(), nullable=False, server_default=""))
    _take_notes_back()
    op.drop_index(op.f("ix_attachment_problem_id"), "attachment")
    op.drop_table("attachment")
    op.drop_table("review_note")
    op.drop_index(op.f("ix_version_problem_id"), "version")
    op.drop_table("version")


def _bring_notes() -> None:
    """The word of each problem sent back goes with the text as it stands; who wrote it was not kept."""
    answers = ", ".join(ANSWERS)
    op.execute(
        f"INSERT INTO version (problem_id, why, at, {answers})"
        f" SELECT id, 'sent_back', saved_at, {answers} FROM problem WHERE review_note <> ''"
    )
    op.execute(
        "INSERT INTO review_note (version_id, question, text)"
        " SELECT version.id, '', problem.review_note FROM version JOIN problem ON problem.id = version.problem_id"
    )


def _take_notes_back() -> None:
    """The last word about the whole; those about one answer are lost."""
    op.execute(
        "UPDATE problem SET review_note = coalesce((SELECT review_note.text FROM review_note"
        " JOIN version ON version.id = review_note.version_id"
        " WHERE version.problem_id = problem.id AND review_note.question = ''"
        " ORDER BY version.id DESC LIMIT 1), '')"
    )
