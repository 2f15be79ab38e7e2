"""The four ways an afternoon runs, and when each step starts and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bourse.words import _l


class Kind(StrEnum):
    """What people do in a step."""

    welcome = "welcome"
    opening = "opening"
    account = "account"
    visit = "visit"
    pause = "pause"
    questions = "questions"
    contract = "contract"
    writing = "writing"
    sharing = "sharing"
    vote = "vote"
    deepening = "deepening"
    synthesis = "synthesis"
    learning = "learning"
    close = "close"


Plan = tuple[Kind, int, str, str]  # kind, minutes, title, what happens

BOURSE: tuple[Plan, ...] = (
    (Kind.welcome, 15, _l("Accueil et café"), _l("Signature, équipement de sécurité")),
    (Kind.opening, 15, _l("Ouverture"), _l("La charte, la concurrence, les suites de la dernière rencontre")),
    (Kind.account, 20, _l("L'entreprise"), _l("Son métier et sa stratégie")),
    (Kind.account, 10, _l("Le problème"), _l("Présenté par l'hôte")),
    (Kind.visit, 45, _l("Visite"), _l("Chacun avec sa mission")),
    (Kind.pause, 10, _l("Pause"), ""),
    (Kind.questions, 20, _l("Questions"), _l("Comprendre d'abord : pas encore de conseil")),
    (Kind.contract, 5, _l("Contrat"), _l("L'hôte complète : « Aidez-moi à… »")),
    (Kind.writing, 8, _l("Écriture"), _l("En silence, sur votre téléphone")),
    (Kind.sharing, 25, _l("Partage"), _l("Un tour de table ; l'hôte écoute")),
    (Kind.sharing, 10, _l("Thèmes"), _l("Les cartes qui vont ensemble")),
    (Kind.vote, 5, _l("Vote"), _l("Effet et faisabilité")),
    (Kind.deepening, 20, _l("Approfondir"), _l("Les deux ou trois thèmes que l'hôte choisit")),
    (Kind.synthesis, 10, _l("Synthèse"), _l("L'hôte dit ce qu'il retient ; les engagements")),
    (Kind.synthesis, 5, _l("Coups de main"), _l("Qui aide à quoi")),
    (Kind.learning, 10, _l("Je repars avec…"), _l("Un mot de chacun")),
    (Kind.close, 7, _l("Clôture"), ""),
)
SHORT: tuple[Plan, ...] = (
    (Kind.welcome, 10, _l("Accueil et café"), _l("Signature, équipement de sécurité")),
    (Kind.opening, 5, _l("Ouverture"), _l("La charte, la concurrence")),
    (Kind.account, 15, _l("L'entreprise"), _l("Sa stratégie et son problème")),
    (Kind.visit, 25, _l("Visite"), _l("Chacun avec sa mission")),
    (Kind.questions, 15, _l("Questions"), _l("Comprendre d'abord : pas encore de conseil")),
    (Kind.contract, 5, _l("Contrat"), _l("L'hôte complète : « Aidez-moi à… »")),
    (Kind.writing, 8, _l("Écriture"), _l("En silence, sur votre téléphone")),
    (Kind.sharing, 22, _l("Partage"), _l("Un tour de table, puis les thèmes")),
    (Kind.vote, 5, _l("Vote"), _l("Effet et faisabilité")),
    (Kind.deepening, 15, _l("Approfondir"), _l("Les deux thèmes que l'hôte choisit")),
    (Kind.synthesis, 10, _l("Synthèse"), _l("L'hôte dit ce qu'il retient ; les engagements")),
    (Kind.learning, 10, _l("Je repars avec…"), _l("Un mot de chacun")),
    (Kind.close, 5, _l("Clôture"), ""),
)
CODEVELOPMENT: tuple[Plan, ...] = (
    (Kind.welcome, 10, _l("Accueil et café"), ""),
    (Kind.account, 10, _l("Exposé"), _l("L'hôte raconte")),
    (Kind.questions, 20, _l("Clarification"), _l("Des questions, pas de conseil")),
    (Kind.contract, 5, _l("Contrat"), _l("L'hôte complète : « Aidez-moi à… »")),
    (Kind.sharing, 30, _l("Consultation"), _l("Le groupe cherche ; l'hôte écoute")),
    (Kind.synthesis, 10, _l("Synthèse"), _l("L'hôte dit ce qu'il retient et fait un plan")),
    (Kind.learning, 15, _l("Apprentissages"), _l("Ce que chacun remporte")),
)
WORKSHOP: tuple[Plan, ...] = (
    (Kind.welcome, 15, _l("Accueil et café"), _l("Signature")),
    (Kind.opening, 15, _l("Ouverture"), _l("Le thème et la question du jour")),
    (Kind.account, 20, _l("Témoignages"), _l("Deux expériences, dix minutes chacune")),
    (Kind.writing, 10, _l("Seul"), _l("Chacun écrit ses idées en silence")),
    (Kind.sharing, 15, _l("À deux"), _l("On compare et on complète")),
    (Kind.pause, 10, _l("Pause"), ""),
    (Kind.sharing, 25, _l("À quatre"), _l("On garde le meilleur")),
    (Kind.sharing, 20, _l("Tous ensemble"), _l("Chaque groupe présente une idée")),
    (Kind.synthesis, 10, _l("Engagements"), _l("Ce que chacun fera, et quand")),
    (Kind.close, 10, _l("Clôture"), _l("Un mot de chacun")),
)
TEMPLATES = {"bourse": BOURSE, "short": SHORT, "codevelopment": CODEVELOPMENT, "workshop": WORKSHOP}


@dataclass(frozen=True)
class Step:
    """A step at its time."""

    kind: Kind
    title: str
    detail: str
    minutes: int
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def done(self, now: datetime) -> float:
        """How much of it is over, from 0 to 1."""
        return min(max((now - self.starts_at) / (self.ends_at - self.starts_at), 0), 1)


def lay_out(template: str, starts_at: datetime) -> list[Step]:
    """The steps of an agenda template, one after the other from the start of the meeting.

    The minutes stay what they are, however long the meeting was planned: the last step says when it ends.
    """
    steps: list[Step] = []
    for kind, minutes, title, detail in TEMPLATES[template]:
        steps.append(Step(kind, title, detail, minutes, steps[-1].ends_at if steps else starts_at))
    return steps


def spare(steps: Sequence[Step], ends_at: datetime) -> int:
    """The minutes left between the last step and the end of the meeting; negative when it takes longer."""
    return round((ends_at - steps[-1].ends_at) / timedelta(minutes=1))
