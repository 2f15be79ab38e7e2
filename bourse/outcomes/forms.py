"""What the host keeps and what people promise, as typed."""

import secrets
from datetime import date

from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from bourse.db import LINE, PROSE, SHORT
from bourse.forms import AtMost, BourseForm, Required, day_field
from bourse.meetings.models import Meeting
from bourse.outcomes.arrange import Act
from bourse.outcomes.follow import USUAL_TERM, CommitmentState
from bourse.outcomes.read import Readers
from bourse.words import _, _l, day

READERS = {
    Readers.attending: _l("Ceux qui étaient là"),
    Readers.club: _l("Tout le club"),
    Readers.host: _l("Personne d'autre que l'hôte et l'animatrice"),
}
STATES = {
    CommitmentState.running: _l("En cours"),
    CommitmentState.done: _l("Tenu"),
    CommitmentState.partly: _l("Tenu en partie"),
    CommitmentState.postponed: _l("Reporté"),
    CommitmentState.dropped: _l("Abandonné"),
}


class SynthesisForm(BourseForm):
    synthesis = TextAreaField(_l("Votre synthèse"), [AtMost(PROSE)])
    readers = RadioField(
        _l("Qui peut la lire, avec les idées gardées et les engagements ?"),
        choices=[SelectChoice(*each) for each in READERS.items()],
    )
    all_stay = BooleanField(_l("Ceux qui étaient là continuent de voir toutes les cartes"))
    version = HiddenField()


class ArrangeForm(BourseForm):
    """One press under a card."""

    act = SelectField(choices={act: act for act in Act})


class NoteForm(BourseForm):
    note = StringField(_l("Votre remarque"), [AtMost(LINE)])


class PromiseForm(BourseForm):
    """A promise. Call `offer` before anything else."""

    person = SelectField(_l("Qui ?"), coerce=int)
    text = TextAreaField(
        _l("Quoi ?"),
        [Required(_l("Écrivez ce qui sera fait.")), AtMost(500)],
        description=_l("Par exemple : « Quand je reçois l'offre, alors j'appelle deux confrères. »"),
    )
    first_step = StringField(_l("Premier pas, dans les trois jours"), [AtMost(LINE)])
    due_on = day_field(_l("Avant le"))
    client_key = HiddenField(validators=[Required(_l("Rechargez la page.")), AtMost(SHORT)])

    def offer(self, held_on: date, people: dict[int, str], reader_id: int, host_id: int) -> None:
        """Sets who may be chosen, the reader first of all, else the host; nobody: the promise is one's own."""
        self.held_on = held_on
        self.client_key.data = self.client_key.data or secrets.token_urlsafe(16)
        self.person.choices = people
        if not self.is_submitted():
            self.due_on.data = held_on + USUAL_TERM
            self.person.data = reader_id if reader_id in people else host_id
        if not people:
            del self.person

    def validate_due_on(self, field: DateField) -> None:
        if field.data and field.data < self.held_on:
            raise ValidationError(_("Choisissez une date à partir du %(day)s.", day=day(self.held_on)))


class NewsForm(BourseForm):
    """Where a promise stands."""

    state = SelectField(choices=[SelectChoice(*each) for each in STATES.items()])
    due_on = day_field(_l("Si vous reportez : nouvelle date"), (Optional(),))


class CloseForm(BourseForm):
    """Nothing but a button."""


def people_of(meeting: Meeting) -> dict[int, str]:
    """Those for whom host and facilitator may note a promise: the host and every member attending."""
    comes = (each for each in meeting.invited if each.is_host or (each.is_attending and each.guest is None))
    return {each.person_id: each.person.name for each in comes}
