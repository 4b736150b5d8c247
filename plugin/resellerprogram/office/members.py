"""Who takes part, pins, joining and leaving (R10)."""

from __future__ import annotations

from collections.abc import Callable

from ..programme import bounds
from ..programme.basis import Pin
from ..programme.deeds import JOINED, LEFT, MEMBER
from ..programme.errors import MemberError
from ..programme.figures import day
from ..programme.ids import AccountId, named
from ..programme.members import MemberNote
from ..programme.text import Text
from ..store.database import transaction
from . import Office, token


class Members:
    """What the office decides of accounts."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def enrol(self, account: AccountId, reason: str = "") -> str:
        """Let the account take part, also where the member rule leaves it out; an exclusion ends. Tells its name."""
        bounds.line(reason, "reason")
        return self._note(account, lambda: self._store.members.enrol(account, reason, self._office.clock()))

    def exclude(self, account: AccountId, reason: str) -> str:
        """Let the account take no part, whatever the member rule says. Tells its name."""
        if not reason.strip():
            raise MemberError(
                Text("Enter a reason; it goes into the change log.", "Укажите причину: она сохранится в журнале."),
                "reason",
            )
        bounds.line(reason, "reason")
        return self._note(account, lambda: self._store.members.exclude(account, reason.strip(), self._office.clock()))

    def follow_the_rule(self, account: AccountId) -> str:
        """Neither enrolled nor excluded: the member rule decides. Tells the account's name."""
        return self._note(account, lambda: self._store.members.follow_the_rule(account, self._office.clock()))

    def join(self, account: AccountId, agreed: str) -> None:
        """The client joins by themselves; `agreed` is what they were shown and have agreed to."""
        store = self._store
        self._of_their_own(
            account,
            JOINED,
            agreed,
            lambda: store.members.enrol(account, self._office.author.name, self._office.clock()),
        )

    def leave(self, account: AccountId) -> None:
        """The client leaves by themselves; what was set aside comes back with the recalculation that follows at
        once.
        """
        self._of_their_own(account, LEFT, "", lambda: self._store.members.leave(account, self._office.clock()))

    def _of_their_own(self, account: AccountId, what: str, agreed: str, write: Callable[[], None]) -> None:
        """Named by their login where no run has seen the client yet: the panel has just been asked who they are."""
        store, known = self._store, self._store.standings.of(account)
        name = known.name if known and known.name else self._office.author.name
        with transaction(store.connection):
            before = note_values(store.members.of(account))
            write()
            after = note_values(store.members.of(account), agreed)
            self._office.record(what, _whom(account, name), before, after)
            if store.settings.current().automatic:
                store.queue.put(account, what, self._office.clock(), self._office.author.name)

    def pin(self, account: AccountId, pin: Pin) -> str:
        """Hold the account on a tier up to and including a day. Tells its name. Raises MemberError."""
        self.check_pin(pin)
        return self._note(account, lambda: self._store.members.pin(account, pin, self._office.clock()))

    def check_pin(self, pin: Pin) -> None:
        """Raises MemberError for a pin that can't be: no such tier, a day that is over, no reason; BadInput for what is
        out of bounds."""
        today = self._office.clock().date()
        bounds.within(pin.until, "pin_until")
        bounds.line(pin.reason, "pin_reason")
        table = self._store.tiers.on(today).table
        if table.by_name(pin.tier) is None:
            names = ", ".join(tier.name for tier in table.tiers)
            raise MemberError(
                Text("there is no tier “{tier}”; there are: {names}", "нет статуса «{tier}»; есть: {names}")(
                    tier=pin.tier, names=names
                ),
                "pin_tier",
            )
        if pin.until < today:
            raise MemberError(Text("{until} is over already", "{until} уже прошло")(until=day(pin.until)), "pin_until")
        if not pin.reason.strip():
            raise MemberError(
                Text("Enter a reason; it goes into the change log.", "Укажите причину: она сохранится в журнале."),
                "pin_reason",
            )

    def check_unchanged(self, note: MemberNote, seen: str) -> None:
        """Raises EditConflict when the note is not the one that a form has shown, by its token."""
        if seen != token(note):
            raise self._office.conflict(MEMBER, _whom(note.account, self._office.name_of(note.account)))

    def unpin(self, account: AccountId) -> str:
        """Let the turnover decide again. Tells the account's name. Raises MemberError."""
        if self._store.members.of(account).pin is None:
            raise MemberError(Text("client {id} is not pinned", "клиент {id} не закреплён")(id=account))
        return self._note(account, lambda: self._store.members.unpin(account, self._office.clock()))

    def _note(self, account: AccountId, write: Callable[[], None]) -> str:
        name, store = self._office.name_of(account), self._store
        before = note_values(store.members.of(account))
        with transaction(store.connection):
            write()
            after = note_values(store.members.of(account))
            if after != before:
                self._office.record(MEMBER, _whom(account, name), before, after)
            store.standings.know(account, name)
            if store.settings.current().automatic:
                store.queue.put(account, MEMBER, self._office.clock(), self._office.author.name)
        return name


def _whom(account: AccountId, name: str) -> str:
    return named(account, name)


def note_values(note: MemberNote, agreed: str = "") -> str:
    """What was said of an account, as the change log keeps it; `agreed` is what the client has read and agreed to."""
    import json  # takes time to load, and lists need none

    pin = note.pin and {
        "tier": note.pin.tier,
        "until": note.pin.until.isoformat(),
        "reason": note.pin.reason,
        "exactly": note.pin.exactly,
    }
    values = {"standing": note.standing, "reason": note.reason, "pin": pin, **({"agreed": agreed} if agreed else {})}
    return json.dumps(values, ensure_ascii=False)
