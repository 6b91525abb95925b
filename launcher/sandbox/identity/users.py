"""The demo users of the sandbox. All of them are made up."""

from __future__ import annotations

from launcher.sandbox.identity.model import DemoUser

DEMO_USERS: tuple[DemoUser, ...] = (
    DemoUser(
        "siri", "siri", "Siri", "Nordli", "Helsefagarbeider", "Health care worker", "Vestfløyen", "9144900"
    ),
    DemoUser("jonas", "jonas", "Jonas", "Berg", "Sykepleier", "Nurse", "Vestfløyen", "9144901"),
    DemoUser(
        "helge",
        "helge",
        "Helge",
        "Solberg",
        "Fastlege",
        "General practitioner",
        "Fjordvik legesenter",
        "9144902",
    ),
    DemoUser("kari", "kari", "Kari", "Lund", "IT-administrator", "IT administrator", None, None),
)
