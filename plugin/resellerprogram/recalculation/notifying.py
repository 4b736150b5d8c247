"""Sending what resellers are told, through the panel's own notifications. Each is sent once, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from ..mirror.errors import MirrorBehind
from ..panel.errors import PanelError, PanelRefusal, PanelTimeout, PanelUnreachable, TransportError
from ..panel.notices import language_of, notify
from ..programme.caps import ceilings
from ..programme.errors import PanelStandsStill, ResellerProgrammeError, SettingError, told
from ..programme.forecast import Forecast
from ..programme.ids import AccountId, ProviderId
from ..programme.notices import Kind, Notice, at_best, still_true
from ..programme.outcomes import LOST, NOBODY, OVER, REFUSED, SENT, WITHDRAWN
from ..store.database import NO_ERROR
from ..store.notices import KeptNotice
from ..words.letters import letter
from .context import Context

log = logging.getLogger(__name__)


def deliver(context: Context, clock: Callable[[], datetime]) -> int:
    """Send what waits; tells how much was sent. Nothing is raised: what the panel does not take is on record and in the
    log and keeps nothing else, and while the panel is away everything waits. A payment does not wait for more than one
    of them: who answers the queue then sends the rest."""
    sent, notices = 0, context.store.notices
    try:
        provider = context.provider
    except (PanelError, SettingError) as error:
        log.error("notifications wait: %s", error)
        return 0
    for kept in notices.waiting():
        try:
            sent += _send(context, kept, provider, clock())
        except PanelRefusal as error:
            log.error("account %s was not notified: %s", kept.notice.account, error)
            notices.end(kept.id, REFUSED, clock(), error.what_happened)
        except (PanelUnreachable, PanelTimeout, PanelStandsStill, MirrorBehind) as error:
            log.error("notifications wait: %s", error)
            break
        except ResellerProgrammeError as error:  # this one's trouble: it waits, the others are sent
            log.error("account %s is not notified yet: %s", kept.notice.account, error)
        except Exception as error:  # ours, and that account's alone: whether it was sent is not known
            log.exception("account %s was not notified", kept.notice.account)
            notices.end(kept.id, LOST, clock(), told(error))
        if context.settings.automatic and context.store.queue.next_due(clock()):
            break
    return sent


def _send(context: Context, kept: KeptNotice, provider: ProviderId, now: datetime) -> bool:
    """Raises PanelError before anything is sent; afterwards the notice has ended, one way or the other. While the
    account waits in the queue its discounts may not say yet what the notice says, and it waits, too."""
    notices, notice = context.store.notices, kept.notice
    if context.store.queue.waits(notice.account):
        return False
    if notice.kind is Kind.WILL_FALL and notice.day <= now.date():
        notices.end(kept.id, OVER, now)
        return False
    current = _as_it_is_now(context, notice)
    if current is None:
        notices.end(kept.id, WITHDRAWN, now)
        return False
    if current != notice:
        notices.change(kept.id, current)
    users = _users(context, notice.account, now)
    languages = {user: language_of(context.panel, user) for user in users}
    titles = {each.name: each.title for each in context.classes}
    words = letter(at_best(current, ceilings(context.covered)), context.settings, titles, now.date())
    context.panel.check_may_write()
    notices.end(kept.id, LOST, now)
    try:
        context.before_what_is_done_once()
    except ResellerProgrammeError:
        notices.wait_again(kept.id)
        raise
    reached, outcome, why = 0, NOBODY, NO_ERROR
    for user in users:
        try:
            notify(context.panel, user, provider, words.subject, words.message, languages[user])
            reached += 1
        except (PanelRefusal, TransportError) as error:
            log.error("user %s of account %s was not notified: %s", user, notice.account, error)
            outcome, why = REFUSED if isinstance(error, PanelRefusal) else LOST, error.what_happened
    notices.end(kept.id, SENT if reached else outcome, now, why)
    return reached > 0


def _as_it_is_now(context: Context, notice: Notice) -> Notice | None:
    """None where it is not true any more, or where the client has said meanwhile that they don't want it."""
    store = context.store
    outlook = store.outlooks.of(notice.account)
    if outlook is None or notice.kind in store.notices.unwanted(notice.account):
        return None
    return still_true(notice, Forecast(outlook, context.table_on, context.table_days))


def _users(context: Context, account: AccountId, now: datetime) -> list[str]:
    """Whom to write to: a login that has moved to another client is not told of this one's turnover."""
    users = context.store.users
    if not users.seen_lately(account, now):
        context.keep_users_of(account, now)
    return users.of(account) if users.seen_lately(account, now) else []
