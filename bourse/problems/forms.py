"""What is typed of a problem: one form for each step of the writing, and the facilitator's answer."""

import re
from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.fields import Field
from wtforms.validators import ValidationError

from bourse.db import LINE, PROSE
from bourse.forms import AtMost, BourseForm, VersionedForm, number, one_line
from bourse.problems.frame import ANSWERS, NO_DRAFT, Draft
from bourse.problems.models import Problem
from bourse.problems.read import Readers
from bourse.words import _, _l


def prose(label: Any, hint: Any, rows: int = 4) -> TextAreaField:
    return TextAreaField(label, [AtMost(PROSE)], description=hint, render_kw={"rows": rows})


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
    """A word about the whole, and below one field for each answer, named after it: `about_tried`."""

    review_note = TextAreaField(
        _l("Que faut-il compléter ?"),
        [AtMost(PROSE)],
        description=_l("Dans l'ensemble, ou sous une réponse. L'hôte seul lira vos mots."),
        render_kw={"rows": 3},
    )

    def validate_review_note(self, field: Field) -> None:
        if not self.asked:
            raise ValidationError(_("Écrivez à l'hôte ce qu'il faut compléter."))

    def about(self, answer: str) -> Field:
        return self[f"about_{answer}"]

    @property
    def asked(self) -> dict[str, str]:
        """What was typed, by question; "" is the whole."""
        typed = {"": self.review_note.data, **{name: self.about(name).data for name in ANSWERS}}
        return {name: text for name, text in typed.items() if text}


for _name in ANSWERS:
    _about = TextAreaField(_l("Que faut-il compléter ici ?"), [AtMost(PROSE)], render_kw={"rows": 2})
    setattr(SendBackForm, f"about_{_name}", _about)


class AttachForm(BourseForm):
    files = MultipleFileField(
        _l("Ajouter des fichiers"),
        [FileRequired(_l("Choisissez un fichier."))],
        description=_l("PDF, images, Word, Excel ou PowerPoint ; 20 Mo au plus par fichier."),
    )


REFUSALS = {
    "empty": _l("« %(name)s » est vide : choisissez un autre fichier."),
    "too_large": _l("« %(name)s » dépasse 20 Mo : allégez-le, ou ajoutez-le en plusieurs parties."),
    "other_format": _l("Ajoutez « %(name)s » au format .pdf, .png, .jpg, .docx, .xlsx ou .pptx."),
    "old_office": _l("Enregistrez « %(name)s » au format .docx, .xlsx, .pptx ou .pdf, puis ajoutez-le."),
    "macros": _l("« %(name)s » contient des macros : enregistrez-le sans elles, ou en .pdf, puis ajoutez-le."),
    "locked": _l("« %(name)s » est protégé par un mot de passe : enlevez-le, puis ajoutez le fichier."),
    "disguised": _l("Le contenu de « %(name)s » n'est pas ce que son nom annonce : enregistrez-le de nouveau."),
    "too_many_pixels": _l("« %(name)s » dépasse 40 millions de points : réduisez l'image, puis ajoutez-la."),
    "swollen": _l("« %(name)s » prend trop de place une fois ouvert : enregistrez-le en .pdf, puis ajoutez-le."),
    "damaged": _l("« %(name)s » est abîmé : enregistrez-le de nouveau, puis ajoutez-le."),
    "no_room": _l("« %(name)s » n'entre plus : 50 fichiers et 500 Mo au plus. Retirez d'abord un fichier."),
}


def refusal(reason: str, name: str) -> str:
    """Why a file is not taken, and what to do."""
    return str(REFUSALS[reason]) % {"name": name}
