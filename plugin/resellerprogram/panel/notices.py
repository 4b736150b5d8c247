"""The panel's own notifications (plugins, 7: `notification.edit`)."""

from __future__ import annotations

from ..programme.text import LANGUAGES, Text
from .assumptions import USER_LANGUAGE_FIELDS
from .calls import Panel
from .errors import PanelRefusal


def notify(panel: Panel, user: str, subject: Text, message: Text, language: str | None = None) -> None:
    """Tell a user of the panel something: in `language`, or in both where that is not known. Raises PanelError."""
    both = f"{subject.ru} / {subject.en}", f"{message.ru}\n\n{message.en}"
    said = (subject.say(language), message.say(language)) if language else both
    params = {"user": user, "subject": said[0], "message": said[1], "sok": "ok"}
    panel.call("notification.edit", params, repeatable=False).expect_ok()


def language_of(panel: Panel, user: str) -> str | None:
    """The language that a user reads, None where the panel does not tell. Raises TransportError."""
    try:
        form = panel.call("user.edit", {"elid": user}).values()
    except PanelRefusal:
        return None
    told = next((form[name] for name in USER_LANGUAGE_FIELDS if form.get(name)), "")
    return told[:2].lower() if told[:2].lower() in LANGUAGES else None
