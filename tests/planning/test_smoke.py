import pytest
from bourse.db import db
from bourse.meetings.models import Season, SeasonState
from bourse.planning.models import *
from bourse.mailroom.models import Letter
import re

@pytest.fixture
def database_url(fresh_sqlite): return fresh_sqlite

def test_all(app, club, visit):
    c = visit(app.test_client(), "claire")
    r = c.get(f"/planning/clubs/{club.slug}/prepare"); assert r.status_code==200
    form = dict(name="S2", starts_on="2027-09-01", ends_on="2028-06-30", length="9", weekday_0="3", starts_0="14:00", ends_0="18:00", weekday_1="1", starts_1="9:00", ends_1="12:00", weekday_2="-1", weekday_3="-1", min_gap="21", target_gap="35", gap_tolerance="7", quorum="6", notice="30", school_rule="avoid", zone="A", attendance="normal", fairness="normal", waiting="normal", urgency="much", travel="little", cadence="normal")
    r = c.post(f"/planning/clubs/{club.slug}/prepare", data=form); assert r.status_code==302, re.findall('class="error".*', r.text)
    s = db.session.scalars(db.select(Season).filter_by(name="S2")).one()
    print(r.location, len(s.options))
    sid=s.id
    for u in ("", "/dates", "/rules", "/ask"):
        r = c.get(f"/planning/seasons/{sid}{u}"); assert r.status_code==200, u
    r = c.get(f"/planning/clubs/{club.slug}/school"); assert r.status_code==200
    r = c.post(f"/planning/seasons/{sid}/ask", data={"answer_by": "2027-05-01"}); assert r.status_code==302, r.text
    letters = db.session.scalars(db.select(Letter)).all(); print([l.subject for l in letters]); print(letters[0].text)
    token = re.search(r"/planning/answers/(\S+)", letters[0].text)[1]
    m = app.test_client()
    r = m.get(f"/planning/answers/{token}"); assert r.status_code==200
    opts=[o.id for o in db.session.get(Season,sid).options]
    r = m.post(f"/planning/answers/{token}", data={"hosting":"yes","months":["9","10"],"theme":"Recruter","urgency":"3","weekday_3":"yes","weekday_1":"no","drawn":"UUUUUUU", f"date_{opts[0]}":"maybe"}); assert r.status_code==200; assert "enregistr" in r.text
    w = db.session.scalars(db.select(HostWish)).one(); print(w.weekdays, w.months, w.theme, [ (a.option_id,a.answer) for a in db.session.scalars(db.select(Availability))])
    for u in ("", "/dates", "/rules"):
        r = c.get(f"/planning/seasons/{sid}{u}"); assert r.status_code==200, u
    from bourse.planning.facts import season_facts
    from bourse.clock import now
    print(season_facts(db.session.get(Season,sid), now()))
    # meeting poll
    r = c.get(f"/planning/meetings/{club.meeting}/ask"); assert r.status_code==200
    from tests.cast import in_days
    days=[in_days(n).date().isoformat() for n in (20,25,30)]
    r = c.post(f"/planning/meetings/{club.meeting}/ask", data={"day_0":days[0],"day_1":days[1],"day_2":days[2],"starts":"14:00","ends":"18:00","answer_by":in_days(5).date().isoformat()}); assert r.status_code==302, re.findall('class="error".*', r.text)
    r = c.get(f"/planning/meetings/{club.meeting}"); assert r.status_code==200
    r = visit(app.test_client(),"marc").get(f"/planning/meetings/{club.meeting}/days"); assert r.status_code==200
    r = visit(app.test_client(),"marc").get(f"/meetings/{club.meeting}"); assert "Quel jour" in r.text
    r = visit(app.test_client(),"marc").get(f"/clubs/{club.slug}"); assert "souhaits" in r.text
