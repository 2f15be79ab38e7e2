"""The facilitator prepares a season: its rules, its dates, and the question to the members."""

from flask import Blueprint
from sqlalchemy.orm import joinedload

from bourse.db import db
from bourse.meetings.models import Season
from bourse.planning.models import SeasonRules

bp = Blueprint("planning", __name__, url_prefix="/planning")


def find(id: int) -> Season | None:
    """A season that has rules, with its club."""
    query = db.select(Season).join(SeasonRules).where(Season.id == id)
    return db.session.scalar(query.options(joinedload(Season.club)))
