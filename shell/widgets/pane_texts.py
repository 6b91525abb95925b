"""Words of a pane's states and the sentences of its curtain: what happened, whose it is, what now."""

from __future__ import annotations

from PySide6.QtCore import QObject

from context.pane_state import Reason, State
from shell.presenters.view_models import PaneModel

STATE_ICONS = {
    State.FOLLOWING: ("ok", "text-soft"),
    State.CHANGING: ("wait", "info"),
    State.ASKING: ("help", "info"),
    State.PINNED: ("pin", "on-patient"),
    State.OUT_OF_SYNC: ("broken", "danger"),
    State.CLOSED: ("x", "text-faint"),
}


class PaneTexts(QObject):
    """Translated; a failure's key that is not known gets the sentence of the plain reason."""

    def state_word(self, state: State) -> str:
        if state is State.FOLLOWING:
            return self.tr("Følger")
        if state is State.CHANGING:
            return self.tr("Laster på nytt")
        if state is State.ASKING:
            return self.tr("Venter på svaret ditt")
        if state is State.PINNED:
            return self.tr("Festet til")
        return self.tr("Ute av takt") if state is State.OUT_OF_SYNC else self.tr("Lukket")

    def word_for(self, model: PaneModel) -> str:
        """The state's word; a follower that still has its old patient says *Bytter*, one without any *Åpner*."""
        if model.suspended:
            return self.tr("Kobler til")
        if model.state is State.CHANGING and model.current is None:
            return self.tr("Venter")
        if _switches(model):
            return self.tr("Bytter")
        return self.tr("Åpner") if _opens(model) else self.state_word(model.state)

    def curtain_title(self, model: PaneModel) -> str:
        """What happened, with the app's name."""
        name = model.app.name
        if model.suspended:
            return self.tr("Vaktrom kobler til igjen")
        if model.state is State.CHANGING:
            if model.current is None:
                return self.tr("Ingen pasient er valgt")
            if _switches(model):
                return self.tr("{app} bytter pasient").format(app=name)
            title = self.tr("Åpner {app}") if _opens(model) else self.tr("Laster {app} på nytt")
            return title.format(app=name)
        if model.failure:
            return self._failure(model)[0]
        if model.reason is Reason.CRASHED:
            return self.tr("{app} har stoppet").format(app=name)
        if model.reason is Reason.SOCKET_LOST:
            return self.tr("{app} mistet forbindelsen").format(app=name)
        return self.tr("{app} fulgte ikke med").format(app=name)

    def curtain_text(self, model: PaneModel) -> str:
        """Whose fault it is and what is covered."""
        vendor = model.app.vendor
        if model.suspended:
            return self.tr("Innholdet vises igjen når pasienten er bekreftet. Det du har lagret, er trygt.")
        if model.state is State.CHANGING:
            if model.current is None:
                return self.tr("Appen venter på neste pasient.")
            return self.tr("Åpner {patient} …").format(patient=model.current.name.full)
        covered = self.tr("Innholdet er dekket til, så du ikke leser feil pasient.")
        if model.failure:
            return f"{self._failure(model)[1]}\n{covered}"
        reasons = {
            Reason.CRASHED: self.tr("Feilen ligger hos {vendor}. De andre appene virker som før."),
            Reason.SOCKET_LOST: self.tr("Appen fra {vendor} får ikke lenger vite om pasientbytter."),
            Reason.REFUSED: self.tr("Appen fra {vendor} sa nei til pasientbyttet."),
            Reason.NO_ANSWER: self.tr("Appen fra {vendor} svarte ikke på pasientbyttet innen 10 sekunder."),
        }
        sentence = reasons[model.reason or Reason.NO_ANSWER].format(vendor=vendor)
        return f"{sentence}\n{covered}"

    def pinned_sentence(self, model: PaneModel) -> tuple[str, str]:
        """What stands before and after the patient's name in the strip of a pinned pane.

        Pinned to the very patient of the banner, it says what will happen instead of a warning that would be false; with
        nobody in the banner it says so.
        """
        if model.current is None:
            return self.tr("Dette er "), self.tr(", og ingen pasient er valgt")
        if model.effective is not None and model.effective.key == model.current.key:
            return self.tr("Dette er "), self.tr(", og blir stående når du bytter pasient")
        return self.tr("Dette er "), self.tr(", ikke pasienten øverst")

    def _failure(self, model: PaneModel) -> tuple[str, str]:
        name, vendor = model.app.name, model.app.vendor
        known = {
            "app_unreachable": (
                self.tr("{app} svarer ikke"),
                self.tr("Feilen ligger hos {vendor}. De andre appene virker."),
            ),
            "hung": (self.tr("{app} henger"), self.tr("Appen fra {vendor} svarer ikke lenger.")),
            "crashed": (
                self.tr("{app} har stoppet"),
                self.tr("Feilen ligger hos {vendor}. De andre appene virker som før."),
            ),
            "refused": (
                self.tr("{app} får ikke åpne pasienten"),
                self.tr("Appen fra {vendor} har ikke tilgang til denne pasienten."),
            ),
            "no_proof_key": (
                self.tr("{app} slapp ikke inn"),
                self.tr(
                    "Appen fra {vendor} mangler en sikkerhetskontroll (PKCE). Be IT om et unntak, eller om en nyere utgave."
                ),
            ),
            "authorization_refused": (
                self.tr("{app} slapp ikke inn"),
                self.tr("Appen fra {vendor} spurte på en måte vi ikke godtar. Si fra til IT."),
            ),
            "access_denied": (
                self.tr("{app} fikk ikke tilgang"),
                self.tr("Tilgangen ble ikke gitt. Velg Synkroniser for å bli spurt igjen."),
            ),
            "question_too_old": (
                self.tr("{app} fikk ikke tilgang"),
                self.tr("Svaret kom for sent. Velg Synkroniser for å bli spurt igjen."),
            ),
            "client_unknown": (
                self.tr("{app} slapp ikke inn"),
                self.tr("Appen fra {vendor} oppga et navn som ikke er registrert her. Si fra til IT."),
            ),
            "wrong_redirect": (
                self.tr("{app} slapp ikke inn"),
                self.tr(
                    "Appen fra {vendor} ville videre til en adresse som ikke er godkjent for den. Si fra til IT."
                ),
            ),
            "wants_patient": (
                self.tr("{app} ville velge pasient selv"),
                self.tr("Velg Synkroniser, så åpnes appen for pasienten øverst."),
            ),
            "wants_login": (
                self.tr("{app} ville at du logger inn på nytt"),
                self.tr(
                    "Du er allerede logget inn. Feilen ligger hos {vendor}. Si fra til IT om det skjer igjen."
                ),
            ),
            "signed_out": (
                self.tr("{app} har logget seg ut"),
                self.tr(
                    "Appen fra {vendor} avsluttet sin egen tilgang. Velg Synkroniser for å åpne den igjen."
                ),
            ),
            "record_away": (
                self.tr("{app} kunne ikke åpnes"),
                self.tr("Journalsystemet svarer ikke. Feilen ligger ikke hos {vendor}. Prøv igjen om litt."),
            ),
            "too_many": (
                self.tr("{app} kunne ikke åpnes"),
                self.tr("Det kom for mange forsøk på kort tid. Vent litt, og velg Synkroniser."),
            ),
            "not_let_in": (
                self.tr("{app} slapp ikke inn"),
                self.tr("Appen fra {vendor} er ikke godkjent, eller satt opp feil. Si fra til IT."),
            ),
            "gateway": (
                self.tr("{app} kunne ikke åpnes"),
                self.tr("Feilen ligger hos oss, ikke hos {vendor}."),
            ),
        }
        title, text = known.get(model.failure, known["gateway"])
        return title.format(app=name), text.format(vendor=vendor)


FAILURES = (
    "app_unreachable",
    "hung",
    "crashed",
    "refused",
    "no_proof_key",
    "authorization_refused",
    "access_denied",
    "question_too_old",
    "client_unknown",
    "wrong_redirect",
    "wants_patient",
    "wants_login",
    "signed_out",
    "record_away",
    "too_many",
    "not_let_in",
    "gateway",
)


def _switches(model: PaneModel) -> bool:
    if model.state is not State.CHANGING or model.effective is None or model.current is None:
        return False
    return model.effective.key != model.current.key


def _opens(model: PaneModel) -> bool:
    return model.state is State.CHANGING and model.effective is None and model.current is not None
