"""The letters that leave by themselves, in words, each with its switch."""

from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from bourse.clubs.rules import Rule
from bourse.forms import BourseForm
from bourse.words import _l

RULES = {
    Rule.open_problem: _l("Ouvrir son problème"),
    Rule.ask: _l("Serez-vous avec nous ?"),
    Rule.ask_again: _l("Une réponse manque"),
    Rule.go_on: _l("Où en est le problème"),
    Rule.problem_due: _l("Transmettre le problème"),
    Rule.problem_late: _l("Le problème manque encore"),
    Rule.ask_last: _l("Répondre une dernière fois"),
    Rule.call: _l("Qui appeler"),
    Rule.read_problem: _l("Lire le problème, et comment venir"),
    Rule.decide: _l("Le quorum est-il atteint ?"),
    Rule.prepare_story: _l("Deux minutes sur ses suites"),
    Rule.get_ready: _l("Tout est-il prêt ?"),
    Rule.come: _l("Adresse, stationnement, équipement"),
    Rule.today: _l("Ma rencontre, aujourd'hui"),
    Rule.close_outcome: _l("Écrire et partager les suites"),
    Rule.read_outcome: _l("Merci, et les suites à lire"),
    Rule.first_step: _l("Le premier pas"),
    Rule.check_in_30: _l("Où en est l'engagement"),
    Rule.check_in_90: _l("Où en est l'engagement, plus tard"),
}
WHEN = {
    Rule.open_problem: _l("À l'hôte, 45 jours avant la rencontre"),
    Rule.ask: _l("À qui n'a pas répondu, 30 jours avant"),
    Rule.ask_again: _l("À qui n'a pas répondu, 21 jours avant"),
    Rule.go_on: _l("À l'hôte, 21 jours avant"),
    Rule.problem_due: _l("À l'hôte, 14 jours avant"),
    Rule.problem_late: _l("À l'hôte et à l'animation du club, 12 jours avant"),
    Rule.ask_last: _l("À qui n'a pas répondu, 10 jours avant"),
    Rule.call: _l("À l'animation du club, 10 jours avant"),
    Rule.read_problem: _l("À ses lecteurs, 7 jours avant"),
    Rule.decide: _l("À l'animation du club, 7 jours avant"),
    Rule.prepare_story: _l("À l'hôte de la rencontre précédente, 5 jours avant"),
    Rule.get_ready: _l("À l'hôte et à l'animation du club, 3 jours avant"),
    Rule.come: _l("À qui vient, la veille"),
    Rule.today: _l("À qui vient, le jour même à 7 h 30"),
    Rule.close_outcome: _l("À l'hôte, le lendemain"),
    Rule.read_outcome: _l("À qui peut les lire, 2 jours après"),
    Rule.first_step: _l("À qui s'est engagé, 3 jours après"),
    Rule.check_in_30: _l("À qui s'est engagé, 30 jours après"),
    Rule.check_in_90: _l("À qui s'est engagé, 90 jours après"),
}


class BoxesField(SelectMultipleField):
    """Boxes to tick; `choices` are what each says."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, choices: dict[Any, Any], **options: Any):
        boxes = [SelectChoice(*each) for each in choices.items()]
        wrong = _l("Rechargez la page, puis recommencez.")
        super().__init__(label, choices=boxes, invalid_choice_message=wrong, **options)


class RulesForm(BourseForm):
    """Which of them leave."""

    rules = BoxesField(_l("Lettres qui partent d'elles-mêmes"), choices=RULES)
