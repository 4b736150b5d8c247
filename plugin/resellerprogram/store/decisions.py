"""Decisions as they were made, with everything that R11 asks for. The history grows with what changes.

The payments behind a decision are the ledger's, as it was known then; they are counted anew when somebody asks, by the
same rules. What would not come out as it was decided keeps its content, word for word.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..programme.basis import Basis, Because, Pin
from ..programme.causes import BY_ITSELF
from ..programme.changes import PlainChange, change_of, values_of
from ..programme.corrections import Held
from ..programme.decision import Decision, counting_rules
from ..programme.figures import plain
from ..programme.ids import AccountId, PaymentId
from ..programme.payments import Rate
from ..programme.records import Record
from ..programme.refunds import ask_for_earlier
from ..programme.tiers import ServiceClass
from ..programme.turnover import Turnover, count
from ..programme.values import dataclass
from ..programme.window import Window
from .contents import content_of, content_of_pin, decision_of, pin_of, text_of
from .database import moment, transaction
from .ledger import LedgerStore
from .readable import readable
from .terms import TermStore

_MARK_SIZE = 8
_NEWEST = 2**63 - 1
_WRITTEN = ("scope", "what", "before", "after", "because", "value", "beside")
NOT_KEPT = "null"
"""What stands for the changes written, where a decision's details are not kept any more (store/retention.py)."""


@dataclass(frozen=True)
class Stretch:
    """A decision without its payments: from `first_day` to `last_day` the account had this turnover and this tier;
    `percents` are the tier's as they were then, None where nobody has asked or they are not known any more."""

    id: int
    first_day: date
    last_day: date
    turnover: Decimal
    tier: str | None
    percents: Mapping[ServiceClass, Decimal] | None = None


@dataclass(frozen=True)
class ListedDecision:
    """A decision as a list shows it: no payments are read, and of what was `written` only how much; None where that is
    not kept any more."""

    stretch: Stretch
    basis: Basis
    pin: Pin | None
    cause: str
    decided_at: datetime
    who: str
    written: int | None


class DecisionStore:
    """Keeps decisions; one that says the same as the account's last extends it.

    A night looks only at whom something may have changed for: it leaves every other account's newest decision in force,
    and nothing is written for that. So where days are asked for or shown, the newest decision reaches up to the last
    good night (see `_in_force`).
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ledger, self._terms = LedgerStore(connection), TermStore(connection)

    def record(
        self,
        decision: Decision,
        cause: str,
        now: datetime,
        will_write: bool = False,
        who: str = "",
        run: int | None = None,
        planned: Sequence[PlainChange] = (),
    ) -> int:
        """Keep `decision` and tell its id, and in the ledger the payments that it was made from. With `will_write` it
        gets a row of its own, which is unfinished until `finish`; until then a `run` has on record what it `planned`.
        """
        mark, day = _mark_of(decision), decision.day.isoformat()
        with transaction(self._connection):
            self._saw(decision, now)
            last = self._last_row(decision.account)
            goes_on = last and not will_write and last["mark"] == mark and last["last_day"] <= day
            if goes_on and self._knows_all_of(decision):
                self._connection.execute(
                    "UPDATE decision SET last_day = ?, confirmed_at = ?, version = ? WHERE id = ?",
                    (day, moment(now), self._ledger.latest(), last["id"]),
                )  # of its new last day, earlier versions may say more or less
                return int(last["id"])
            return self.add(
                decision,
                {
                    "first_day": day,
                    "last_day": day,
                    "cause": cause,
                    "who": who,
                    "decided_at": moment(now),
                    "confirmed_at": moment(now),
                    "unfinished": int(will_write),
                    "run": run if will_write else None,
                    "planned": text_of(list(map(_compact, planned))) if run and will_write else None,
                },
            )

    def add(self, decision: Decision, how: Mapping[str, Any]) -> int:
        """A row for a decision whose payments are in the ledger; `how` it was made are the other columns. What cannot
        be counted anew from there keeps its content."""
        columns = {
            "account": decision.account,
            "basis": decision.basis.value,
            "turnover": plain(decision.turnover.amount),
            "payments": len(decision.turnover.verdicts),
            "tier": decision.tier.name if decision.tier else None,
            "tier_term": self._terms.number_of_tier(decision.tier),
            "rules": self._terms.number(decision.rules) if decision.rules else None,
            "pin": text_of(content_of_pin(decision.pin)) if decision.pin else None,
            "version": self._ledger.latest(),
            "mark": _mark_of(decision),
            **how,
        }
        marks = ", ".join("?" * len(columns))
        added = self._connection.execute(
            f"INSERT INTO decision ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608  our names
            tuple(columns.values()),
        )
        number = int(added.lastrowid or 0)
        self._keep_rates(number, decision)
        again = self.by_id(number)
        if again is None or content_of(again.decision) != content_of(decision):
            self._connection.execute(
                "UPDATE decision SET content = ? WHERE id = ?", (text_of(content_of(decision)), number)
            )
        return number

    def finish(self, account: AccountId, written: int = 0) -> None:
        """All that the account's decisions asked for is written, or waits in the queue; of decision `written` all of it
        by itself."""
        self._connection.execute(
            "UPDATE decision SET unfinished = 0, planned = CASE id WHEN ? THEN NULL ELSE planned END"
            " WHERE account = ? AND unfinished",
            (written, account),
        )

    def written_by(self, run: int, since: datetime) -> dict[AccountId, list[PlainChange]]:
        """What a run that began at `since` wrote, by account, in its order. What it was about to write when it died may
        be written or not, and is told at the end. No index leads there: it is asked for once in a while."""
        rows = self._connection.execute(
            "SELECT account, written, planned FROM decision WHERE run = ? AND decided_at >= ? AND written <> ?"
            " ORDER BY id",
            (run, moment(since), NOT_KEPT),
        )
        found: dict[AccountId, list[PlainChange]] = {}
        for row in rows:
            written = list(map(_written, json.loads(row["written"])))
            known = {(each.scope, each.what) for each in written}
            planned = map(_written, json.loads(row["planned"] or "[]"))
            rest = [each for each in planned if (each.scope, each.what) not in known]
            found.setdefault(AccountId(row["account"]), []).extend([*written, *rest])
        return {account: changes for account, changes in found.items() if changes}

    def unfinished(self) -> list[AccountId]:
        """Accounts whose decision was made and of which not everything was written: whoever did it died or failed."""
        rows = self._connection.execute("SELECT DISTINCT account FROM decision WHERE unfinished")
        return [AccountId(row[0]) for row in rows]

    def undone(self) -> list[AccountId]:
        """Accounts whose last decision was that what a run had written is taken back."""
        rows = self._connection.execute(
            "SELECT account FROM decision d WHERE cause = 'undo'"
            " AND id = (SELECT max(id) FROM decision WHERE account = d.account)"
        )
        return [AccountId(row[0]) for row in rows]

    def add_written(self, record: int, change: PlainChange) -> None:
        """Add a change that the panel has taken."""
        with transaction(self._connection):
            written = self._connection.execute("SELECT written FROM decision WHERE id = ?", (record,)).fetchone()[0]
            changes = [*json.loads(written), _compact(change)]
            self._connection.execute("UPDATE decision SET written = ? WHERE id = ?", (text_of(changes), record))

    def last(self, account: AccountId) -> Record | None:
        row = self._last_row(account)
        return self._record(row) if row else None

    def on(self, account: AccountId, day: date) -> Record | None:
        """The decision in force on `day`: the newest one made on or before it that reaches it."""
        newest = self._in_force(account)
        reaches = newest is not None and newest["first_day"] <= day.isoformat() <= newest["last_day"]
        row = newest if reaches else self._of_day(account, day)
        return self._record(row) if row else None

    def _of_day(self, account: AccountId, day: date) -> Any:
        return self._connection.execute(
            "SELECT * FROM decision WHERE account = ? AND first_day <= ? AND last_day >= ? ORDER BY id DESC LIMIT 1",
            (account, day.isoformat(), day.isoformat()),
        ).fetchone()

    def history(self, account: AccountId, count: int = -1, skip: int = 0) -> list[Record]:
        """Newest first: `count` of them, or all."""
        rows = self._connection.execute(
            "SELECT * FROM decision WHERE account = ? ORDER BY id DESC LIMIT ? OFFSET ?", (account, count, skip)
        )
        return list(readable(self._as_held(account, rows), self._record))

    def listed(self, account: AccountId, count: int) -> list[ListedDecision]:
        """The same, `count` of them, as a list shows them."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, turnover, tier, cause, decided_at, confirmed_at, who,"
            " json_array_length(nullif(written, ?)) AS changes, basis, pin"
            " FROM decision WHERE account = ? ORDER BY id DESC LIMIT ?",
            (NOT_KEPT, account, count),
        )
        return list(readable(self._as_held(account, rows), _listed))

    def history_length(self, account: AccountId, since: datetime = datetime.min) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM decision WHERE account = ? AND confirmed_at >= ?", (account, moment(since))
        )
        return int(row.fetchone()[0])

    def course(self, account: AccountId, first: date, last: date, since: datetime = datetime.min) -> list[Stretch]:
        """Where the account stood from `first` to `last`, oldest first: no payments are read. Decisions that were last
        confirmed before `since` were only a look, and left out."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, confirmed_at, turnover, tier FROM decision WHERE account = ?"
            " AND (last_day >= ? OR id = (SELECT max(id) FROM decision WHERE account = ?)) AND first_day <= ?"
            " AND confirmed_at >= ? ORDER BY id",
            (account, first.isoformat(), account, last.isoformat(), moment(since)),
        )
        return [each for each in readable(self._as_held(account, rows), _stretch) if each.last_day >= first]

    def held(self, account: AccountId, first: date, since: datetime) -> list[Held]:
        """What the account held from `first` on, decision by decision, the one in force before that day first. Those
        last confirmed before `since` were only a look, and left out."""
        rows = self._connection.execute(
            "SELECT * FROM decision WHERE account = ? AND confirmed_at >= ? AND id >= coalesce((SELECT max(id)"
            " FROM decision WHERE account = ? AND first_day < ?), 0) ORDER BY id",
            (account, moment(since), account, first.isoformat()),
        )
        return list(map(self._held, rows))

    def _held(self, row: sqlite3.Row) -> Held:
        """What cannot be counted anew from the ledger has no rules."""
        counts = Basis(row["basis"]).counts_payments and row["written"] != NOT_KEPT and not row["content"]
        return Held(
            date.fromisoformat(row["first_day"]),
            row["version"],
            self._terms.tier(row["tier_term"]),
            self._terms.content(row["rules"]) if counts else "",
            pin_of(json.loads(row["pin"] or "null")),
            row["cause"] in BY_ITSELF,
        )

    def tier_during(self, account: AccountId, day: date) -> str | None:
        """A tier that the account held on that day, for a part of it at least: what the night decided held from its
        beginning, as did the last decision before where that day brought none."""
        row = self._connection.execute(
            "SELECT tier FROM (SELECT id, first_day, tier FROM decision WHERE account = ? AND first_day = ?"
            " UNION ALL SELECT * FROM (SELECT id, first_day, tier FROM decision WHERE account = ? AND first_day < ?"
            " ORDER BY id DESC LIMIT 1))"
            " ORDER BY first_day DESC, tier IS NULL, id DESC LIMIT 1",
            (account, day.isoformat(), account, day.isoformat()),
        ).fetchone()
        return str(row[0]) if row and row[0] else None

    def stretches(self, account: AccountId, count: int, since: datetime = datetime.min) -> list[Stretch]:
        """The same for all days, `count` of them, the newest first, with the percents of their tiers."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, confirmed_at, turnover, tier, tier_term FROM decision WHERE account = ?"
            " AND confirmed_at >= ? ORDER BY id DESC LIMIT ?",
            (account, moment(since), count),
        )
        return list(readable(self._as_held(account, rows), self._with_percents))

    def _with_percents(self, row: Any) -> Stretch:
        found = _stretch(row)
        if found.tier is None:
            return replace(found, percents={})
        try:
            tier = self._terms.tier(row["tier_term"])
        except LookupError:
            return found
        return replace(found, percents=tier.percents) if tier else found

    def newest_of(self, account: AccountId) -> int | None:
        """The id of the account's last decision."""
        row = self._connection.execute("SELECT max(id) FROM decision WHERE account = ?", (account,)).fetchone()
        return None if row[0] is None else int(row[0])

    def belongs(self, record: int, account: AccountId) -> bool:
        """Whether that decision is about that account."""
        row = self._connection.execute("SELECT 1 FROM decision WHERE id = ? AND account = ?", (record, account))
        return row.fetchone() is not None

    def has_news(self, record: int) -> bool:
        """Whether any of what a decision was made from may be known otherwise by now: without that its day is still
        what it was."""
        row = self._connection.execute(
            "SELECT content IS NOT NULL OR EXISTS (SELECT 1 FROM ledger l WHERE l.account = d.account"
            " AND (l.version > d.version OR l.until > d.version)) OR EXISTS (SELECT 1 FROM payment_rate r"
            " WHERE r.account = d.account AND r.decision > d.id) FROM decision d WHERE id = ?",
            (record,),
        ).fetchone()
        return row is None or bool(row[0])

    def by_id(self, number: int) -> Record | None:
        row = self._connection.execute("SELECT * FROM decision WHERE id = ?", (number,)).fetchone()
        return self._record(row) if row else None

    def held_since(self, account: AccountId, tier: str | None) -> date | None:
        """The first day of the decisions with that tier that the last one is part of; None without one."""
        row = self._connection.execute(
            "SELECT min(first_day) FROM decision WHERE account = ? AND id >"
            " coalesce((SELECT max(id) FROM decision WHERE account = ? AND tier IS NOT ?), 0)",
            (account, account, tier),
        ).fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def known_rates(self, account: AccountId, currency: str, up_to: int = _NEWEST) -> dict[tuple[PaymentId, str], Rate]:
        """The rates into the programme's `currency` that decisions about the account used, by payment and the payment's
        currency (R5); those that were known to decision `up_to`."""
        rows = self._connection.execute(
            "SELECT * FROM payment_rate WHERE account = ? AND programme_currency = ? AND decision <= ?",
            (account, currency, up_to),
        )
        return {
            (PaymentId(row["payment"]), row["currency"]): Rate(
                row["currency"], date.fromisoformat(row["since"]), Decimal(row["value"])
            )
            for row in rows
        }

    def any(self) -> bool:
        return self._connection.execute("SELECT 1 FROM decision LIMIT 1").fetchone() is not None

    def _last_row(self, account: AccountId) -> Any:
        return self._connection.execute(
            "SELECT * FROM decision WHERE account = ? ORDER BY id DESC LIMIT 1", (account,)
        ).fetchone()

    def _in_force(self, account: AccountId) -> Any:
        """The account's newest decision, up to the day up to which it is known to hold."""
        row = self._last_row(account)
        return next(self._as_held(account, [row])) if row else None

    def _as_held(self, account: AccountId, rows: Iterable[sqlite3.Row]) -> Iterator[Any]:
        """These decisions of an account; the newest up to the last night that left it as it was: one that began after
        the decision was confirmed, and ended before the account got into trouble, if it waits with an error."""
        night = self._connection.execute(
            "SELECT day, started_at, finished_at FROM run"
            " WHERE whole AND outcome IN ('done', 'partly') AND day <= substr(started_at, 1, 10) AND finished_at <"
            " coalesce((SELECT min(since) FROM queue WHERE account = ? AND error <> ''), '9999')"
            " ORDER BY day DESC, id DESC LIMIT 1",
            (account,),
        ).fetchone()
        newest = self.newest_of(account)
        for row in rows:
            if night and row["id"] == newest and _leaves(night, row):
                yield {**dict(row), "last_day": night["day"], "confirmed_at": night["finished_at"]}
            else:
                yield row

    def _knows_all_of(self, decision: Decision) -> bool:
        """Whether the ledger still has the opening turnover that it was made from: else somebody has given or ended
        some since it was read, and the decision keeps its own content."""
        if not decision.basis.counts_payments:
            return True
        brought = self._ledger.brought(decision.account, decision.turnover.window)
        counted = {each.payment.id for each in decision.turnover.verdicts if each.payment.is_opening}
        return counted == {each.id for each in brought}

    def _saw(self, decision: Decision, now: datetime) -> None:
        """What was read reaches from the window's first day on, or, where money was given back, from the very first."""
        if decision.basis.counts_payments:
            first = date.min if ask_for_earlier(decision.looked_at) else decision.turnover.window.first
            self._ledger.saw(decision.account, decision.looked_at, first, now)

    def _keep_rates(self, record: int, decision: Decision) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO payment_rate"
            " (payment, account, currency, programme_currency, since, value, decision) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    verdict.payment.id,
                    decision.account,
                    verdict.rate.currency,
                    decision.turnover.currency,
                    verdict.rate.since.isoformat(),
                    str(verdict.rate.value),
                    record,
                )
                for verdict in decision.turnover.verdicts
                if verdict.rate
            ],
        )

    def _record(self, row: sqlite3.Row) -> Record:
        written = json.loads(row["written"])
        return Record(
            row["id"],
            self._decision(row),
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]),
            tuple(map(_written, written or ())),
            row["cause"],
            datetime.fromisoformat(row["decided_at"]),
            datetime.fromisoformat(row["confirmed_at"]),
            row["who"],
            has_details=written is not None,
        )

    def _decision(self, row: sqlite3.Row) -> Decision:
        account, day = AccountId(row["account"]), date.fromisoformat(row["last_day"])
        if row["content"]:
            return decision_of(account, day, json.loads(row["content"]))
        rules = self._terms.content(row["rules"])
        return Decision(
            account,
            day,
            Basis(row["basis"]),
            self._turnover(row, account, day, rules),
            self._terms.tier(row["tier_term"]),
            pin_of(json.loads(row["pin"] or "null")),
            rules,
        )

    def _turnover(self, row: sqlite3.Row, account: AccountId, day: date, in_words: str) -> Turnover:
        """The payments as they were known then, counted by the rules that held; only the sum where they are not known
        or not kept any more."""
        rules = counting_rules(in_words, {})
        if rules is None or not Basis(row["basis"]).counts_payments:
            return Turnover(Window.of(day), ())
        window = Window.of(day, rules.months)
        only_the_sum = Turnover(window, (), rules.currency, Decimal(row["turnover"]))
        if row["written"] == NOT_KEPT:
            return only_the_sum
        rules = replace(rules, known_rates=self.known_rates(account, rules.currency, row["id"]))
        found = count(self._ledger.as_known(account, window, row["version"]), window, rules)
        as_decided = (found.amount, len(found.verdicts)) == (only_the_sum.amount, row["payments"])
        return found if as_decided else only_the_sum


def _leaves(night: sqlite3.Row, row: sqlite3.Row) -> bool:
    """Whether a night came after what was decided, for a later day."""
    return bool(night["started_at"] >= row["confirmed_at"] and night["day"] > row["last_day"])


def _stretch(row: sqlite3.Row) -> Stretch:
    first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
    return Stretch(row["id"], first, last, Decimal(row["turnover"]), row["tier"])


def _listed(row: sqlite3.Row) -> ListedDecision:
    return ListedDecision(
        _stretch(row),
        Basis(row["basis"]),
        pin_of(json.loads(row["pin"])) if row["pin"] else None,
        row["cause"],
        datetime.fromisoformat(row["decided_at"]),
        row["who"],
        row["changes"],
    )


def _compact(change: PlainChange) -> list[Any]:
    """A written change as the table holds it: without the names of the values, and what says nothing is left out at the
    end."""
    values = values_of(change)
    told = [values.get(name) for name in _WRITTEN]
    for usual in (None, "", Because.TIER.value):
        if told[-1] != usual:
            break
        told.pop()
    return told


def _written(content: list[Any] | dict[str, Any]) -> PlainChange:
    """Earlier releases kept the names of the values."""
    return change_of(content if isinstance(content, dict) else dict(zip(_WRITTEN, content)))


def _mark_of(decision: Decision) -> bytes:
    """Two decisions with the same mark say the same, whatever their days."""
    import hashlib  # takes time to load, and pages record nothing

    return hashlib.blake2b(text_of(content_of(decision)).encode(), digest_size=_MARK_SIZE).digest()
