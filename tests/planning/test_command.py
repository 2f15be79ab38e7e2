"""`bourse plan`, for scripts: a plan, a core or one sentence, and the exit code that says which."""

import json

import pytest

from tests.planning.judge import Judge
from tests.planning.small import document, put


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def ask(app, tmp_path):
    """Runs the command on a document."""

    def run(asked, *options):
        file = tmp_path / "season.json"
        file.write_text(asked if isinstance(asked, str) else json.dumps(asked))
        return app.test_cli_runner().invoke(args=["plan", str(file), *options])

    return run


def test_a_plan_goes_to_standard_output_and_what_is_to_say_beside_it(ask):
    done = ask(document(), "--seconds", "30")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert "The best plan there is" in done.stderr
    assert told["format"] == "bourse-plan/1"
    assert told["status"] == "optimal"
    assert told["objective"] == told["bound"] == Judge(document()).judge(told["meetings"])["objective"]
    assert Judge(document()).judge(told["meetings"])["hard"] == 0


def test_a_plan_with_its_reasons_goes_to_a_file(ask, tmp_path):
    done = ask(document(), "--seconds", "30", "-o", str(tmp_path / "plan.json"), "--explain")
    told = json.loads((tmp_path / "plan.json").read_text())
    assert (done.exit_code, done.stdout) == (0, "")
    first = told["explain"][0]
    assert first["members"] == 4
    assert first["next_best_delta"] == sum(first["next_best_scores"].values())


def test_an_impossible_season_says_why_with_exit_code_2(ask):
    done = ask(put(document(), "clubs.0.min_gap_days", 70), "--seconds", "30")
    told = json.loads(done.stdout)
    assert done.exit_code == 2
    assert (told["status"], told["meetings"], told["core"]) == ("infeasible", [], ["gap:k", "meetings:k"])
    assert [{"group": "gap:k", "value": 58}] in told["relaxations"]
    assert "It works with gap:k at 58; or meetings:k at 1." in done.stderr


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("{", "Error: line 1, column 2: not JSON.\n"),
        (put(document(), "clubs.0.quorum", -1), "Error: clubs[0].quorum: expected a whole number from 0 to 1000000.\n"),
    ],
)
def test_a_bad_file_is_one_sentence_and_exit_code_1(ask, asked, sentence):
    done = ask(asked)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize("seconds", ["soon", "0", "-3", "nan", "inf", "1e9"])
def test_a_bad_call_does_not_look_like_an_impossible_season(ask, seconds):
    assert ask(document(), "--seconds", seconds).exit_code == 1


def test_a_file_that_is_not_there_is_said(app, tmp_path):
    done = app.test_cli_runner().invoke(args=["plan", str(tmp_path / "nowhere.json")])
    assert done.exit_code == 1
    assert "No such file" in done.stderr
