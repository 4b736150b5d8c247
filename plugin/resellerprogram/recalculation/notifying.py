"""Sending what resellers are told, through the panel's own notifications. Each is sent once, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from ..panel.errors import PanelError, PanelRefusal, TransportError
from ..panel.notices import language_of, notify
from ..programme.ids import AccountId
from ..programme.notices import Kind
from ..store.notices import LOST, NOBODY, OVER, REFUSED, SENT, KeptNotice
from .context import Context
from .letters import letter

log = logging.getLogger(__name__)


def deliver(context: Context, clock: Callable[[], datetime]) -> int:
    """Send what waits; tells how much was sent. Nothing is raised: what the panel does not take is on record and in the
    log and keeps nothing else, and while the panel is away everything waits."""
    sent, notices = 0, context.store.notices
    for kept in notices.waiting():
        try:
            sent += _send(context, kept, clock())
        except PanelRefusal as error:
            log.error("account %s was not notified: %s", kept.notice.account, error)
            notices.end(kept.id, REFUSED, clock(), str(error))
        except PanelError as error:
            log.error("notifications wait: %s", error)
            break
    return sent


def _send(context: Context, kept: KeptNotice, now: datetime) -> bool:
    """Raises PanelError before anything is sent; afterwards the notice has ended, one way or the other. While the
    account waits in the queue its discounts may not say yet what the notice says, and it waits, too."""
    notices, notice = context.store.notices, kept.notice
    if context.store.queue.waits(notice.account):
        return False
    if notice.kind is Kind.WILL_FALL and notice.day <= now.date():
        notices.end(kept.id, OVER, now)
        return False
    users = _users(context, notice.account)
    languages = {user: language_of(context.panel, user) for user in users}
    words = letter(notice, context.settings.currency, {each.name: each.title for each in context.classes})
    notices.end(kept.id, LOST, now)
    reached, outcome, why = 0, NOBODY, ""
    for user in users:
        try:
            notify(context.panel, user, words.subject, words.message, languages[user])
            reached += 1
        except (PanelRefusal, TransportError) as error:
            log.error("user %s of account %s was not notified: %s", user, notice.account, error)
            outcome, why = REFUSED if isinstance(error, PanelRefusal) else LOST, str(error)
    notices.end(kept.id, SENT if reached else outcome, now, why)
    return reached > 0


def _users(context: Context, account: AccountId) -> list[str]:
    users = context.store.users
    if not users.known(account):
        context.keep_users_of(account)
    return users.of(account)
