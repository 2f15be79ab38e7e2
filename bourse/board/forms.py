"""What people write on a card."""

import secrets

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields import SelectChoice

from bourse.board.gather import IdeaKind
from bourse.db import SHORT
from bourse.forms import AtMost, BourseForm, Required
from bourse.meetings.models import Meeting
from bourse.people.models import Person
from bourse.words import _, _l

KINDS = {
    IdeaKind.idea: _l("Idée"),
    IdeaKind.experience: _l("Expérience"),
    IdeaKind.contact: _l("Contact"),
    IdeaKind.resource: _l("Ressource"),
    IdeaKind.warning: _l("Mise en garde"),
}
HEAPS = {
    IdeaKind.idea: _l("Idées"),
    IdeaKind.experience: _l("Expériences"),
    IdeaKind.contact: _l("Contacts"),
    IdeaKind.resource: _l("Ressources"),
    IdeaKind.warning: _l("Mises en garde"),
}
MOST = 280


class CardForm(BourseForm):
    text = TextAreaField(_l("Votre carte"), [Required(_l("Écrivez une idée.")), AtMost(MOST)])
    kind = SelectField(_l("C'est…"), choices=[SelectChoice(*each) for each in KINDS.items()], default=IdeaKind.idea)


class JotForm(CardForm):
    """A new card; its key makes two clicks one card."""

    author = SelectField(_l("De la part de"), coerce=int)
    client_key = HiddenField(validators=[Required(_l("Rechargez la page.")), AtMost(SHORT)])

    def offer(self, person: Person, meeting: Meeting, *, types_for_others: bool) -> None:
        """A facilitator may type for those attending; everybody else writes his own cards only."""
        self.client_key.data = self.client_key.data or secrets.token_urlsafe(16)
        if not types_for_others:
            del self.author
            return
        others = [each.person for each in meeting.invited if each.is_attending and each.person_id != person.id]
        self.author.choices = {person.id: _("Moi-même")} | {other.id: other.name for other in others}
