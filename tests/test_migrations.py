"""The migrations and the models are the same database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.problems.models import Problem, ProblemState


def differences():
    with db.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata)


def test_migrated_tables_equal_the_models(app):
    with app.app_context():
        assert differences() == []


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_down_and_up_again(app):
    with app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert differences() == []


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_word_of_the_facilitators_from_before_versions_is_kept(app, club):
    meeting = db.session.get_one(Meeting, club.meeting)
    db.session.add(Problem(meeting=meeting, question="Comment ?", state=ProblemState.to_complete))
    db.session.commit()
    for turn in ("UPDATE problem SET review_note = 'Presque.'", "SELECT 1"):
        downgrade(revision="0001")
        with db.engine.begin() as connection:
            connection.execute(text(turn))
        upgrade()
        assert db.session.scalars(db.select(Problem)).one().asked == {"": "Presque."}
        db.session.rollback()


def test_bringing_a_new_database_up_twice_is_harmless(app, runner):
    for _ in range(2):
        assert runner.invoke(args=["init"]).exit_code == 0
