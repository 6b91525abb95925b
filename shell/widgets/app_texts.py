"""Words about an app that stand the same wherever it is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject

from shell.presenters.view_models import AppModel


class AppTexts(QObject):
    """Translated."""

    def exemption(self, app: AppModel) -> str:
        """What an administrator let this one app do without; empty for all others."""
        return self.without_proof_key() if app.pkce_exempt else ""

    def without_proof_key(self) -> str:
        return self.tr("Uten PKCE: godkjent unntak")
