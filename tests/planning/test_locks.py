"""The acts that wait for one another, on either database."""

from datetime import timedelta

from bourse.clock import now
from bourse.clubs.models import Club
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.models import Meeting, SeasonState
from tests.cast import in_days
from tests.planning.season import a_season_asked
from tests.planning.test_season_views import RULES


def test_a_season_is_prepared_and_asked_about(client, club, visit):
    claire = visit(client, "claire")
    season = a_season_asked(db.session.get_one(Club, club.club), state=SeasonState.draft)
    address = f"/planning/seasons/{season.id}"
    db.session.commit()
    changed = RULES | {"version": str(season.rules.version)}
    assert claire.post(f"{address}/rules", data=changed).status_code == 302
    saturday = next(day for n in range(7) if (day := season.starts_on + timedelta(40 + n)).weekday() == 5)
    for _ in range(2):
        new = {"day": saturday.isoformat(), "starts": "14:00", "ends": "18:00"}
        assert claire.post(f"{address}/dates/add", data=new).status_code == 302
        by = (now().date() + timedelta(7)).isoformat()
        assert claire.post(f"{address}/ask", data={"answer_by": by}).status_code == 302
        assert claire.post(f"{address}/remind").status_code == 302
    assert season.state is SeasonState.polling
    assert [each.day for each in season.options].count(saturday) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter)) == 3


def test_a_meeting_is_asked_about_and_moves(client, club, visit):
    claire, address = visit(client, "claire"), f"/planning/meetings/{club.meeting}"
    days = {f"day_{n}": in_days(day).date().isoformat() for n, day in enumerate((20, 25, 30))}
    by = (now().date() + timedelta(5)).isoformat()
    for _ in range(2):
        asked = days | {"starts": "14:00", "ends": "18:00", "answer_by": by}
        assert claire.post(f"{address}/ask", data=asked).status_code == 302
        assert claire.post(f"{address}/remind").status_code == 302
    meeting = db.session.get_one(Meeting, club.meeting)
    option = meeting.options[0]
    for _ in range(2):
        assert claire.post(f"{address}/pick", data={"option": option.id}).status_code == 302
    assert (meeting.sequence, meeting.starts_at) == (1, option.starts_at)
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter).filter_by(kind="days")) == 3
