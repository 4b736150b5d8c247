"""The panel's own notifications (plugins, 7: `notification.edit`)."""

from __future__ import annotations

from ..programme.text import Text
from .calls import Panel


def notify(panel: Panel, user: str, subject: Text, message: Text) -> None:
    """Tell a user of the panel something, in both languages: which one he reads is not known. Raises PanelError."""
    panel.call(
        "notification.edit",
        {
            "user": user,
            "subject": f"{subject.ru} / {subject.en}",
            "message": f"{message.ru}\n\n{message.en}",
            "sok": "ok",
        },
        repeatable=False,
    ).expect_ok()
