"""What a step takes from many, before it is taken: how many, whose, what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..programme.deeds import LOSS
from ..programme.ids import AccountId
from ..programme.losses import Loss, loss_of
from ..programme.members import ENROLLED, EXCLUDED, LEFT, MemberNote
from ..programme.settings import SETTINGS
from ..programme.text import Text
from ..store.classes import ClassOfServices
from ..words.losses import loss_text, what_text, whose_text
from . import Office


class Losses:
    """What the office can tell of it, from the records; the panel is only asked what it has, where settings, classes or
    what is said of a client decide."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def withdrawing(self) -> Loss:
        """Taking all discounts of the programme off."""
        return self.excluding(self._store.owned.accounts() | self._store.set_aside.accounts())

    def putting_back(self) -> Loss:
        """Only giving back what was set aside."""
        return Loss(put_back=self._store.set_aside.count())

    def excluding(self, accounts: Iterable[AccountId]) -> Loss:
        """Leaving these clients out."""
        owned, aside = self._store.owned, self._store.set_aside
        return sum(
            (loss_of(account, owned.of(account).values(), {}, len(aside.of(account))) for account in set(accounts)),
            Loss(),
        )

    def by_note(self, wanted: MemberNote) -> Loss:
        """Saying that of a client; nothing where they have no discount of ours, or where it can take none. Raises
        SettingError, PanelError."""
        before, account = self._store.members.of(wanted.account), wanted.account
        if _only_gives(before, wanted) or not self._store.owned.of(account):
            return Loss()
        if wanted.standing == EXCLUDED:
            return self.excluding([account])
        from ..recalculation.losses import loss_by_note
        from ..recalculation.run import PATIENCE

        return loss_by_note(self._office.root, self._store, wanted, self._office.clock(), PATIENCE)

    def by_settings(self, changed: Mapping[str, str]) -> Loss:
        """Changing these settings; nothing for those that can lower nobody. Raises SettingError, PanelError."""
        before = self._store.settings.texts()
        lowering = {
            name: text
            for name, text in changed.items()
            if name in SETTINGS and SETTINGS[name].may_lower and text.strip() != before.get(name)
        }
        if not lowering or not (self._store.owned.count() or self._store.set_aside.count()):
            return Loss()
        from ..recalculation.losses import loss_by_settings
        from ..recalculation.run import PATIENCE

        return loss_by_settings(self._office.root, self._store, lowering, self._office.clock(), PATIENCE)

    def by_class(self, wanted: ClassOfServices) -> Loss:
        """Letting a class be that; nothing where it covers what it did. Raises SettingError, PanelError."""
        before = self._store.classes.of(wanted.name)
        if before is None or not self._store.owned.count() or _covers(before) == _covers(wanted):
            return Loss()
        from ..recalculation.losses import loss_by_class
        from ..recalculation.run import PATIENCE

        return loss_by_class(self._office.root, self._store, wanted, self._office.clock(), PATIENCE)

    def record(self, whom: str, loss: Loss, reason: str) -> None:
        """Before it is taken: what somebody has said yes to, and why."""
        import json  # takes time to load, and forms that only tell need none

        told = loss_text(loss)
        self._office.record(LOSS, whom, json.dumps([told.en, told.ru], ensure_ascii=False), reason)

    def limit(self) -> int:
        """How many drops that nothing foretold one run may make."""
        return self._store.settings.current().drop_limit.allows(self._store.owned.count())

    def names(self, loss: Loss) -> Mapping[int, str]:
        """What those who lose are called."""
        return self._store.standings.names(loss.clients)

    def whose(self, loss: Loss) -> Text | None:
        """Who loses, and of one client alone which discounts; None where nobody does."""
        names = self.names(loss)
        if not loss.changes:
            return whose_text(loss, names)
        from ..recalculation.scopes import covered

        store = self._store
        called = {each.scope: each.name for each in covered(store)}
        changes = (replace(each, what=called.get(each.scope, each.what)) for each in loss.changes if each.scope)
        titles = {each.name: each.title for each in store.classes.all()}
        return what_text(loss, names, changes, store.classes.of_types(), titles)


def _only_gives(before: MemberNote, wanted: MemberNote) -> bool:
    """Whether nothing can be lost by it: who takes no part has nothing more to lose, who is enrolled only gets."""
    takes_part = replace(before, standing=ENROLLED)
    return before.standing in (EXCLUDED, LEFT) or wanted.terms in (before.terms, takes_part.terms)


def _covers(found: ClassOfServices) -> object:
    """What its discounts are for, and how high they may be."""
    return set(found.types), set(found.left_out), dict(found.caps)
