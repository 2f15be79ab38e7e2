"""The migrations and the models are the same database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from bourse.db import db


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


def test_bringing_a_new_database_up_twice_is_harmless(app, runner):
    for _ in range(2):
        assert runner.invoke(args=["init"]).exit_code == 0
