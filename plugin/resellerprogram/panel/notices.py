"""The panel's own notifications (D.6, plugins 6: `notification.edit`)."""

from __future__ import annotations

from ..programme.ids import ProviderId
from ..programme.text import LANGUAGES, Text
from .assumptions import USER_LANGUAGE_FIELDS
from .calls import Panel
from .errors import PanelRefusal


def notify(
    panel: Panel,
    user: str,
    provider: ProviderId | None,
    subject: Text,
    message: Text,
    language: str | None = None,
) -> None:
    """Tell a user of the panel something: in `language`, or in both where that is not known. The panel shows a client
    what concerns the `provider` whose client area they open (D.6). Raises PanelError."""
    both = f"{subject.ru} / {subject.en}", f"{message.ru}\n\n{message.en}"
    said = (subject.say(language), message.say(language)) if language else both
    params = {"user": user, "subject": said[0], "message": said[1], "sok": "ok"}
    if provider is not None:
        params["project"] = str(provider)
    panel.call("notification.edit", params, repeatable=False).expect_ok()


def seen_by(panel: Panel, user: str, provider: ProviderId | None) -> dict[str, str]:
    """The subjects of the notifications that a client sees in the client area of that provider, by id. Raises
    PanelError."""
    return {row.raw("id"): row.text("subject") for row in panel.rows("notification", _in_area_of(user, provider))}


def forget(panel: Panel, user: str, provider: ProviderId | None, number: str) -> None:
    """Take a notification away again. Raises PanelError."""
    panel.call("notification.delete", {**_in_area_of(user, provider), "elid": number}).expect_ok()


def _in_area_of(user: str, provider: ProviderId | None) -> dict[str, str]:
    return {"su": user, **({"project": str(provider)} if provider is not None else {})}


def language_of(panel: Panel, user: str) -> str | None:
    """The language that a user reads, None where the panel does not tell. Raises TransportError."""
    try:
        form = panel.call("user.edit", {"elid": user}).values()
    except PanelRefusal:
        return None
    told = next((form[name] for name in USER_LANGUAGE_FIELDS if form.get(name)), "")
    return told[:2].lower() if told[:2].lower() in LANGUAGES else None
