"""What administrators decide: members, tiers, classes, settings. One way for the pages and the command line.

Everything is checked before it is written, and what was written is on record with who, when and from where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from .programme import bounds
from .programme.basis import Pin
from .programme.errors import EditConflict, MemberError, SettingError, TierTableError
from .programme.ids import AccountId
from .programme.members import MemberNote
from .programme.text import Text
from .programme.tiers import ServiceClass, Tier, TierTable, is_class_name
from .store import Store
from .store.changes import Author
from .store.classes import ClassOfServices
from .store.database import transaction
from .store.notes import ZERO_PERCENT_CONFIRMED
from .store.settings import SETTINGS

MEMBER, TIERS, CLASS, SETTING = "member", "tiers", "class", "setting"
JOINED, LEFT = "joined", "left"
RISES, FALLS = "rises", "falls"
_NOT_OF_THE_PANEL = {
    "automatic",
    "discount_names",
    "drop_limit_count",
    "drop_limit_percent",
    "notifications",
    "other_discounts",
    "promo_codes",
    "window_months",
}
"""Settings that are right or wrong by themselves; all others are compared with the panel."""

_NOT_CONFIRMED = Text(
    "promotions = everywhere rests on an assumption that was not confirmed on this panel yet: try it on a test client "
    "first (page Health, or `resellerprogram doctor --try-on ACCOUNT`)",
    "promotions = everywhere основано на допущении, которое в этой панели ещё не подтверждено: сначала проверьте его "
    "на тестовом клиенте (страница «Состояние» или `resellerprogram doctor --try-on ACCOUNT`)",
)


@dataclass(frozen=True)
class Effect:
    """What another tier table does to an account as it stands: its tier before and after, and whether it `rises` or
    `falls` (some percent gets smaller)."""

    account: AccountId
    name: str
    turnover: Decimal
    before: Tier | None
    after: Tier | None
    way: str


@dataclass(frozen=True)
class Effects:
    """How many rise and fall, and the first of them."""

    rises: int
    falls: int
    first: tuple[Effect, ...]

    def __bool__(self) -> bool:
        return self.rises + self.falls > 0


@dataclass(frozen=True)
class _Step:
    """Turnovers from `low` up to but not including `high` (None: without end), and what they mean in two tables."""

    low: Decimal | None
    high: Decimal | None
    before: Tier | None
    after: Tier | None

    @property
    def way(self) -> str:
        return _way(self.before.percents if self.before else {}, self.after.percents if self.after else {})


class Administration:
    """Somebody of that level (30: everything, 29: staff, below: a client) at work on the panel in `root`."""

    def __init__(self, root: Path, store: Store, author: Author, clock: Callable[[], datetime], level: int) -> None:
        self.root, self.store, self.author, self.clock, self.level = root, store, author, clock, level

    # --- members (R10) ---

    def name_of(self, account: AccountId) -> str:
        """The client's name, as the last run knew it or as the panel tells it. Raises MemberError for no client."""
        standing = self.store.standings.of(account)
        if standing and standing.name:
            return standing.name
        from .recalculation.lookups import named_client

        return named_client(self.root, self.store, account).name

    def enrol(self, account: AccountId, reason: str = "") -> str:
        """Let the account take part, also where the member rule leaves it out; an exclusion ends. Tells its name."""
        bounds.line(reason, "reason")
        return self._note(account, lambda: self.store.members.enrol(account, reason, self.clock()))

    def exclude(self, account: AccountId, reason: str) -> str:
        """Let the account take no part, whatever the member rule says. Tells its name."""
        if not reason.strip():
            raise MemberError(Text("say why", "укажите причину"), "reason")
        bounds.line(reason, "reason")
        return self._note(account, lambda: self.store.members.exclude(account, reason.strip(), self.clock()))

    def follow_the_rule(self, account: AccountId) -> str:
        """Neither enrolled nor excluded: the member rule decides. Tells the account's name."""
        return self._note(account, lambda: self.store.members.follow_the_rule(account, self.clock()))

    def join(self, account: AccountId, agreed: str) -> None:
        """The client joins by themselves; `agreed` is what they were shown and have agreed to."""
        store = self.store
        self._of_their_own(
            account, JOINED, agreed, lambda: store.members.enrol(account, self.author.name, self.clock())
        )

    def leave(self, account: AccountId) -> None:
        """The client leaves by themselves; what was set aside comes back with the recalculation that follows at
        once.
        """
        self._of_their_own(account, LEFT, "", lambda: self.store.members.leave(account, self.clock()))

    def _of_their_own(self, account: AccountId, what: str, agreed: str, write: Callable[[], None]) -> None:
        """Named by their login where no run has seen the client yet: the panel has just been asked who they are."""
        store, known = self.store, self.store.standings.of(account)
        name = known.name if known and known.name else self.author.name
        with transaction(store.connection):
            before = note_text(store.members.of(account))
            write()
            after = note_text(store.members.of(account))
            self._record(what, _whom(account, name), before, "\n".join(filter(None, (after, agreed))))
            if store.settings.current().automatic:
                store.queue.put(account, what, self.clock(), self.author.name)

    def pin(self, account: AccountId, pin: Pin) -> str:
        """Hold the account on a tier up to and including a day. Tells its name. Raises MemberError."""
        self.check_pin(pin)
        return self._note(account, lambda: self.store.members.pin(account, pin, self.clock()))

    def check_pin(self, pin: Pin) -> None:
        """Raises MemberError for a pin that can't be: no such tier, a day that is over, no reason; BadInput for what is
        out of bounds."""
        today = self.clock().date()
        bounds.within(pin.until, "pin_until")
        bounds.line(pin.reason, "pin_reason")
        table = self.store.tiers.on(today).table
        if table.by_name(pin.tier) is None:
            names = ", ".join(tier.name for tier in table.tiers)
            raise MemberError(
                Text("there is no tier {tier!r}; there are: {names}", "нет уровня {tier!r}; есть: {names}")(
                    tier=pin.tier, names=names
                ),
                "pin_tier",
            )
        if pin.until < today:
            raise MemberError(Text("{until} is over already", "{until} уже прошло")(until=pin.until), "pin_until")
        if not pin.reason.strip():
            raise MemberError(Text("say why", "укажите причину"), "pin_reason")

    def check_unchanged(self, note: MemberNote, seen: str) -> None:
        """Raises EditConflict when the note is not the one that a form has shown, by its token."""
        if seen != token(note):
            raise self._conflict(MEMBER, _whom(note.account, self.name_of(note.account)))

    def unpin(self, account: AccountId) -> str:
        """Let the turnover decide again. Tells the account's name. Raises MemberError."""
        if self.store.members.of(account).pin is None:
            raise MemberError(Text("account {id} is not pinned", "клиент {id} не закреплён")(id=account))
        return self._note(account, lambda: self.store.members.unpin(account, self.clock()))

    def _note(self, account: AccountId, write: Callable[[], None]) -> str:
        name, store = self.name_of(account), self.store
        before = note_text(store.members.of(account))
        with transaction(store.connection):
            write()
            after = note_text(store.members.of(account))
            if after != before:
                self._record(MEMBER, _whom(account, name), before, after)
            store.standings.know(account, name)
            if store.settings.current().automatic:
                store.queue.put(account, MEMBER, self.clock(), self.author.name)
        return name

    # --- tiers (R1) ---

    def put_tiers(self, table: TierTable, first_day: date, seen: int | None = None) -> int:
        """Let a table hold from `first_day` on; tells its version. `seen` is the newest version when the change began.

        Raises TierTableError for a day that is over or a tier that somebody is pinned to and that is gone, EditConflict
        when somebody else changed the tiers meanwhile.
        """
        today, store = self.clock().date(), self.store
        bounds.within(first_day, "first_day")
        if first_day < today:
            raise TierTableError(
                Text(
                    "{day} is over: the past keeps the table that it had",
                    "{day} уже прошло: прошлое остаётся со своей таблицей",
                )(day=first_day),
                field="first_day",
            )
        with transaction(store.connection):
            if seen is not None and seen != store.tiers.newest():
                raise self._conflict(TIERS)
            before = store.tiers.on(first_day)
            self._check_pins(before.table, table)
            version = store.tiers.put(table, first_day, self.author.name, self.clock())
            self._record(TIERS, first_day.isoformat(), before.table.to_csv(), table.to_csv())
        return version

    def remove_tiers(self, version: int) -> None:
        """Take back a table that has not begun yet. Raises TierTableError."""
        found = self.store.tiers.of(version)
        if found is None or found.first_day is None or found.first_day <= self.clock().date():
            raise TierTableError(
                Text(
                    "only a table that has not begun yet can be taken back",
                    "отменить можно только ещё не начавшую действовать таблицу",
                )
            )
        with transaction(self.store.connection):
            self.store.tiers.remove(version)
            self._record(TIERS, found.first_day.isoformat(), found.table.to_csv(), "")

    def effects_of(self, table: TierTable, before: TierTable, shown: int) -> Effects:
        """Who would rise or fall today, by the turnovers that the last run found: how many, and so many of them, those
        who fall first."""
        bounds = sorted({tier.threshold for tier in (*table.tiers, *before.tiers)})
        ways: dict[str, list[_Step]] = {FALLS: [], RISES: []}
        for low, high in zip((None, *bounds), (*bounds, None)):
            turnover = low if low is not None else Decimal(-1)
            step = _Step(low, high, before.tier_for(turnover), table.tier_for(turnover))
            if step.way:
                ways[step.way].append(step)
        standings = self.store.standings
        counts = {way: sum(standings.count_between(step.low, step.high) for step in ways[way]) for way in ways}
        found = (
            Effect(account, name, turnover, step.before, step.after, step.way)
            for step in (*ways[FALLS], *ways[RISES])
            for account, name, turnover in standings.between(step.low, step.high, shown)
        )
        return Effects(counts[RISES], counts[FALLS], tuple(islice(found, shown)))

    def uses_of(self, tier: str) -> list[str]:
        """The accounts that are pinned to a tier, as a person reads them: id and name."""
        store = self.store
        pinned = [note.account for note in store.members.all() if note.pin and note.pin.tier == tier]
        found = [(account, store.standings.of(account)) for account in pinned]
        return [f"{account} {standing.name if standing else ''}".strip() for account, standing in found]

    def _check_pins(self, before: TierTable, table: TierTable) -> None:
        for gone in before.tiers:
            users = self.uses_of(gone.name) if table.by_name(gone.name) is None else []
            if users:
                raise TierTableError(
                    Text(
                        "tier {tier!r} is in use: pinned to it are {users}. End those pins first.",
                        "уровень {tier!r} используется: на нём закреплены {users}. Сначала снимите закрепление.",
                    )(tier=gone.name, users=", ".join(users))
                )

    # --- classes ---

    def put_class(self, wanted: ClassOfServices, seen: str | None = None, new: bool = False) -> None:
        """Add or change a class. Raises SettingError for a name or a service type that can't be, EditConflict."""
        store = self.store
        if not is_class_name(wanted.name):
            raise SettingError(
                Text(
                    "{name!r} can't name a class: small Latin letters, digits and _, beginning with a letter",
                    "{name!r} не годится для класса: строчные латинские буквы, цифры и _, первой буква",
                )(name=wanted.name),
                "name",
            )
        for language, title in (("en", wanted.title.en), ("ru", wanted.title.ru)):
            if not title.strip() or not title.isprintable():
                raise SettingError(
                    Text("say what people read", "укажите название, которое увидят люди"), f"title_{language}"
                )
            bounds.line(title, f"title_{language}", bounds.LONGEST_NAME)
        for each in wanted.types:
            bounds.line(each, "types", bounds.LONGEST_NAME)
        self._check_choices(wanted, store.classes.of(wanted.name))
        with transaction(store.connection):
            before = store.classes.of(wanted.name)
            if new and before:
                raise SettingError(
                    Text("there is a class {name!r}", "класс {name!r} уже есть")(name=wanted.name), "name"
                )
            if seen is not None and seen != token(before):
                raise self._conflict(CLASS, wanted.name)
            self._check_types(wanted)
            store.classes.put(wanted)
            self._record(CLASS, wanted.name, class_text(before), class_text(wanted))

    def remove_class(self, name: ServiceClass) -> None:
        """Remove a class. Raises SettingError, which tells what uses it, while a tier has a percent for it."""
        before = self.store.classes.of(name)
        if before is None:
            raise SettingError(Text("there is no class {name!r}", "нет класса {name!r}")(name=name))
        users = [tier.name for tier in self.store.tiers.on(self.clock().date()).table.tiers if tier.percents.get(name)]
        if users:
            raise SettingError(
                Text(
                    "class {name!r} is in use: {users} have a percent for it. Set those to 0 first.",
                    "класс {name!r} используется: процент для него есть у {users}. Сначала поставьте там 0.",
                )(name=name, users=", ".join(users))
            )
        with transaction(self.store.connection):
            self.store.classes.remove(name)
            self._record(CLASS, name, class_text(before), "")

    def _check_choices(self, wanted: ClassOfServices, before: ClassOfServices | None) -> None:
        """Whether the panel has what a class newly names; what it named before may have vanished there meanwhile."""
        types = set(wanted.types) - set(before.types if before else ())
        tariffs = set(wanted.left_out) - set(before.left_out if before else ())
        if not types and not tariffs:
            return
        from .recalculation.lookups import types_and_tariffs

        known_types, known_tariffs = types_and_tariffs(self.root, self.store, "en")
        lacking = types - {each.internal_name for each in known_types.values()}
        if lacking:
            raise SettingError(
                Text("the panel has no service type {names}", "в панели нет типа услуг {names}")(
                    names=", ".join(sorted(lacking))
                ),
                "types",
            )
        missing = tariffs - {each.id for each in known_tariffs}
        if missing:
            raise SettingError(
                Text("the panel has no tariff {ids}", "в панели нет тарифа {ids}")(
                    ids=", ".join(map(str, sorted(missing)))
                ),
                "left_out",
            )

    def _check_types(self, wanted: ClassOfServices) -> None:
        for other in self.store.classes.all():
            shared = [name for name in wanted.types if name in other.types and other.name != wanted.name]
            if shared:
                raise SettingError(
                    Text("{type} belongs to class {name} already", "{type} уже относится к классу {name}")(
                        type=", ".join(shared), name=other.title
                    ),
                    "types",
                )

    # --- settings ---

    def set(self, changed: Mapping[str, str], seen: str | None = None) -> Sequence[Text]:
        """Change settings that fit the panel, and tell the panel's warnings. Raises SettingError, also for what is
        above the caller's level, and EditConflict."""
        from .recalculation.run import PATIENCE, check_settings

        store = self.store
        before = store.settings.texts()
        if seen is not None and seen != token(before):
            raise self._conflict(SETTING)
        changed = {name: text for name, text in changed.items() if text.strip() != before.get(name)}
        for name in changed:
            if name in SETTINGS and self.level < SETTINGS[name].level:
                raise SettingError(
                    Text(
                        "{name} can be changed by a full administrator only (level {level}): ask one",
                        "{name} может менять только полный администратор (уровень {level}): обратитесь к нему",
                    )(name=name, level=SETTINGS[name].level),
                    name,
                )
        if changed.get("promotions") == "everywhere" and not store.notes.read(ZERO_PERCENT_CONFIRMED):
            raise SettingError(_NOT_CONFIRMED, "promotions")
        asks_panel = changed.keys() - _NOT_OF_THE_PANEL
        warnings = check_settings(self.root, store, changed, self.clock(), PATIENCE) if asks_panel else ()
        with transaction(store.connection):
            for name, text in changed.items():
                store.settings.set(name, text)
                self._record(SETTING, name, before[name], text.strip())
        return warnings

    # --- what all of it shares ---

    def done(self, what: str, whom: str = "", before: str = "", after: str = "") -> None:
        """Put on record something that was done by hand: a run, a retry, a backup."""
        self._record(what, whom, before, after)

    def _record(self, what: str, whom: str, before: str, after: str) -> None:
        self.store.changes.add(what, whom, before, after, self.author, self.clock())

    def _conflict(self, what: str, whom: str | None = None) -> EditConflict:
        last = self.store.changes.last(what, whom)
        return EditConflict(last.author.name if last else "?", last.at if last else None)


def _whom(account: AccountId, name: str) -> str:
    return f"{account} {name}".strip()


def token(state: object) -> str:
    """What a form remembers of the state that it showed, to tell whether somebody changed it meanwhile."""
    import hashlib  # takes time to load, and lists need none

    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def note_text(note: MemberNote) -> str:
    """What the administrator said of an account, in the words of the command line."""
    pin = note.pin
    how = "exactly" if pin and pin.exactly else "at least"
    standing = note.standing or "by the rule"
    said = f"{standing}: {note.reason}" if note.standing and note.reason else standing
    return said + (f"; pinned to {how} {pin.tier} until {pin.until}: {pin.reason}" if pin else "")


def class_text(found: ClassOfServices | None) -> str:
    """A class in one line."""
    if found is None:
        return ""
    left = f"; without tariffs {', '.join(map(str, found.left_out))}" if found.left_out else ""
    return f"{found.title.en} / {found.title.ru}: {', '.join(found.types)}{left}"


def with_tier(table: TierTable, tier: Tier, instead_of: str | None = None) -> TierTable:
    """The table with `tier` added, or put in the place of the one of that name. Raises TierTableError."""
    kept = [each for each in table.tiers if each.name != instead_of]
    before = [each for each in kept if each.threshold < tier.threshold]
    return TierTable((*before, tier, *kept[len(before) :]))


def without_tiers(table: TierTable, names: Sequence[str]) -> TierTable:
    """The table without the tiers of these names. Raises TierTableError when none is left."""
    return TierTable(tuple(tier for tier in table.tiers if tier.name not in names))


def with_classes(table: TierTable, classes: Sequence[ServiceClass]) -> TierTable:
    """The table with a percent for each of `classes`: 0 for one that came after it."""
    return TierTable(
        tuple(
            replace(tier, percents={name: tier.percents.get(name, Decimal(0)) for name in classes})
            for tier in table.tiers
        )
    )


def _way(was: Mapping[ServiceClass, Decimal], will: Mapping[ServiceClass, Decimal]) -> str:
    zero = Decimal(0)
    steps = [will.get(name, zero) - was.get(name, zero) for name in {**was, **will}]
    if any(step < 0 for step in steps):
        return FALLS
    return RISES if any(steps) else ""
