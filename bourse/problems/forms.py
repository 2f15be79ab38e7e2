"""What is typed of a problem: one form for each step of the writing, and the facilitator's answer."""

import re
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, TextAreaField

from bourse.db import LINE, PROSE
from bourse.forms import AtMost, BourseForm, Required
from bourse.problems.frame import ANSWERS, NO_DRAFT, Draft
from bourse.problems.models import Problem
from bourse.problems.read import Readers
from bourse.words import _l


def one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


def prose(label: Any, hint: Any, rows: int = 4) -> TextAreaField:
    return TextAreaField(label, [AtMost(PROSE)], description=hint, render_kw={"rows": rows})


def number(text: Any) -> int:
    return int(text) if re.fullmatch("[0-9]{1,9}", str(text)) else 0


class VersionedForm(BourseForm):
    """A form that knows which version of the problem its writer saw."""

    version = HiddenField(default="0")

    @property
    def seen_version(self) -> int:
        """The number of that version; nonsense is none."""
        return number(self.version.data)


class AnswersForm(VersionedForm):
    """The eight questions, or those that `asking` names."""

    key = HiddenField()
    turn = HiddenField()
    question = TextAreaField(
        _l("Quel est votre problème, en une phrase ?"),
        [AtMost(LINE)],
        filters=[one_line],
        description=_l(
            "De préférence une question. Par exemple : « Comment garder le savoir-faire de mon chef d'atelier ? »"
        ),
        render_kw={"rows": 2},
    )
    why_now = prose(
        _l("Pourquoi maintenant, et que vous coûte-t-il ?"), _l("Ce qui presse, en temps, en argent ou en soucis.")
    )
    context = prose(
        _l("D'où partez-vous ?"), _l("Votre stratégie en cinq lignes, et deux ou trois ordres de grandeur."), rows=7
    )
    tried = prose(
        _l("Qu'avez-vous déjà essayé ?"), _l("Y compris ce qui n'a pas marché : cela évite les conseils inutiles.")
    )
    options = prose(_l("Quelles options voyez-vous, et qu'est-ce qui vous retient ?"), _l("Même à moitié pensées."))
    out_of_bounds = prose(
        _l("Qu'est-ce qui n'est pas en discussion ?"), _l("Ce que vous ne voulez ni changer ni aborder.")
    )
    expected = prose(
        _l("Qu'attendez-vous du club ?"),
        _l("Des idées, des expériences, des contacts, des contre-arguments, une aide pour choisir."),
        rows=5,
    )
    to_look_at = prose(
        _l("Que faut-il regarder pendant la visite ?"),
        _l("Un poste, un geste, une attente : ce qui fait comprendre."),
        rows=5,
    )

    @classmethod
    def asking(cls, names: Iterable[str], problem: Problem | None) -> "AnswersForm":
        """The form with these questions only, filled with the problem as it is."""
        form = cls(obj=problem)
        for name in set(ANSWERS).difference(names):
            del form[name]
        return form

    @property
    def draft(self) -> Draft:
        """The draft on the writer's phone, if a script keeps one; nonsense is none."""
        key = str(self.key.data)
        return Draft(key, number(self.turn.data)) if re.fullmatch("[0-9a-f-]{36}", key) else NO_DRAFT

    @property
    def answers(self) -> dict[str, str]:
        """What was typed for the questions of this form."""
        return {name: self[name].data or "" for name in ANSWERS if name in self}


class ShareForm(VersionedForm):
    readers = RadioField(
        _l("Qui peut lire le résumé, une semaine avant ?"),
        choices=[
            SelectChoice(Readers.attending, _l("Les membres qui viennent")),
            SelectChoice(Readers.club, _l("Tous les membres du club")),
            SelectChoice(Readers.facilitator, _l("L'animatrice et vous, pour l'instant")),
        ],
        default=Readers.attending,
        invalid_choice_message=_l("Choisissez qui peut lire le résumé."),
        description=_l("Il n'apparaît jamais en entier dans un e-mail, ni dans le rapport annuel du pôle."),
    )
    title_in_letters = BooleanField(
        _l("Nommer le problème dans les lettres et les agendas"),
        description=_l("Sinon ils disent « Rencontre du club » : d'autres que les membres lisent parfois un agenda."),
    )


class ApproveForm(VersionedForm):
    """Nothing but a button, for the version that was read."""


class SendBackForm(BourseForm):
    review_note = TextAreaField(
        _l("Que faut-il compléter ?"),
        [Required(_l("Écrivez à l'hôte ce qu'il faut compléter.")), AtMost(PROSE)],
        description=_l("L'hôte seul lira ce mot."),
        render_kw={"rows": 3},
    )
