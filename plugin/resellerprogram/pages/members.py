"""`resellerprogram.members`: everybody with turnover, tier and discounts; enrol, exclude, pin, recalculate.

For employees. The list reads our own database and no more of it than it shows; the panel is asked for a client's name
only when somebody is enrolled whom no run has seen yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree

from ..office import token
from ..programme import bounds, causes, deeds, figures
from ..programme.basis import Basis, Pin
from ..programme.errors import BadInput, MemberError
from ..programme.figures import plain
from ..programme.ids import AccountId, named
from ..programme.lags import Lag
from ..programme.losses import Loss
from ..programme.members import ENROLLED, EXCLUDED, LEFT, MemberNote
from ..programme.report import NAMED
from ..programme.settings import MEMBER_RULES
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from ..recalculation.lagging import Lagging
from ..store.listing import EVERY_ROW, MOST_ROWS
from ..store.members import AT_LEAST, EXACTLY
from ..store.standings import STATES, Listed, Wanted
from ..store.tasks import APPLY
from ..words.labels import MEMBER_STATES
from ..words.lags import lag_text
from ..words.lines import short_titles
from ..words.losses import SAY_WHY, loss_text, understood
from ..words.people import first_names
from ..words.tables import NO_TIER
from . import documents
from .asking import ask, check_agreed
from .documents import Cell, Row
from .filters import keep_filter, kept_filter, told_filter, told_name
from .visit import Visit

LIST = "resellerprogram.members"
FLAGS = ("trouble", "pinned")
"""States with a tick of their own in the filter, beside the choice of one."""
FILTER_FIELDS = ("name", "tier", "state", "within", *FLAGS)
_STANDINGS = {
    "rule": Text("as in the settings", "как в настройках"),
    "enrolled": Text("included", "включён"),
    "excluded": Text("excluded", "исключён"),
}
_LEFT = Text("left by themselves", "вышел сам")
_LOSS_REASON = "loss_reason"
"""The field for the reason of what takes discounts and has none that stays with the client."""
_CHOOSE = Text("Choose one of the options.", "Выберите один из вариантов.")

_MEMBER = (Text("member", "участвует"), "green")
_STATES = {
    "excluded": (Text("excluded", "исключён"), "red"),
    "waits": (Text("not calculated yet", "ещё не рассчитан"), "yellow"),
    "left": (_LEFT, ""),
    "outside": (Text("not a member", "не участвует"), ""),
    **dict.fromkeys(("pinned", "tier", "no_tier"), _MEMBER),
}
"""Whether a client takes part in the programme, and the colour of it; programs also get what the columns of tier and
pin tell."""


def members(visit: Visit) -> etree._Element:
    """The list, filtered as this employee left it."""
    classes = visit.store.classes.all()
    wanted, lagging = _filter(visit), Lagging(visit.store)
    listed, count = _listed(visit, wanted, lagging, MOST_ROWS)
    lags = {each.standing.account: lagging.of(each.standing.account, each.standing) for each in listed}
    behind = {name for each in lags.values() for name in each}
    short = short_titles(visit.titles)
    for each in reversed(classes):
        sorts = each.name not in behind  # the core orders figures only
        head, hint = visit.head(short[each.name]), visit.head(each.title)
        documents.add_column(visit.document, "tier", f"percent_{each.name}", head, hint if hint != head else "", sorts)
    rest = visit.rest(
        len(listed),
        count,
        "These are the clients with the highest turnover; the sum is theirs. Press “Filter” to see others, "
        "or “Export to CSV” to take all.",
        "Это клиенты с наибольшим оборотом, сумма — их. Нажмите «Фильтр», чтобы увидеть других, "
        "или «Выгрузить в CSV», чтобы "
        "выгрузить всех.",
    )
    told = told_filter(visit, _acting(visit, wanted), count, visit.store.standings.count)
    documents.say_above(visit.document, "members", visit.not_live(), told, rest)
    if not visit.is_full:
        documents.choose_one(visit.document, "exclude")
    rows = (_row(visit, each, lags[each.standing.account]) for each in listed)
    return documents.list_page(visit.document, _with_openings(visit, listed, rows))


def _listed(visit: Visit, wanted: Mapping[str, str], lagging: Lagging, count: int) -> tuple[list[Listed], int]:
    """Those whom a filter leaves, the highest turnover first, and how many there are."""
    states = _states(wanted)
    behind = lagging.behind() if {"differs", "trouble"} & {*states} else ()
    found = Wanted(wanted.get("name", ""), wanted.get("tier", ""), states, _within(wanted), behind)
    return visit.store.standings.listed(visit.now, found, count)


def _filter(visit: Visit) -> Mapping[str, str]:
    """As this employee has left it."""
    return kept_filter(visit, FILTER_FIELDS, "" if visit.request.function == LIST else LIST)


def _states(wanted: Mapping[str, str]) -> tuple[str, ...]:
    chosen = wanted.get("state", "")
    return (*((chosen,) if chosen in STATES else ()), *(flag for flag in FLAGS if wanted.get(flag) == "on"))


def _within(wanted: Mapping[str, str]) -> int | None:
    """Raises BadInput."""
    return bounds.count(wanted["within"], "within") if wanted.get("within") else None


def _acting(visit: Visit, wanted: Mapping[str, str]) -> Iterator[str]:
    """What the filter asks, in words."""
    yield told_name(visit, wanted)
    if wanted.get("tier"):
        yield visit.say("tier {text}", "статус {text}", text=wanted["tier"])
    within = _within(wanted)
    if within:
        days = figures.days(within)
        yield visit.say("the tier changes within {days}", "статус сменится за {days}", days=days)
    for state in _states(wanted):
        yield MEMBER_STATES[state].say(visit.language)


def _with_openings(visit: Visit, listed: Iterable[Listed], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with how much of the turnover is opening turnover, in a column of its own, where there is any."""
    brought = _openings(visit, listed)
    if brought:
        title = visit.say("Of it opening turnover", "Из него перенесённый")
        documents.add_column(visit.document, "turnover", "opening", title)
    for each, row in zip(listed, rows):
        opening = brought.get(each.standing.account)
        yield {**row, "opening": visit.money(opening[0]) if opening else ""} if brought else row


def _openings(visit: Visit, listed: Iterable[Listed]) -> dict[AccountId, tuple[Decimal, date]]:
    """How much of their turnover these clients brought along, and until when it counts."""
    brought = visit.store.ledger.with_openings() & {each.standing.account for each in listed}
    outlooks = ((each, visit.store.outlooks.of(each)) for each in brought)
    return {account: outlook.opening for account, outlook in outlooks if outlook and outlook.opening}


def _row(visit: Visit, listed: Listed, lags: Mapping[ServiceClass, Lag]) -> Row:
    """While the panel has not taken what was decided, what is in effect and what follows."""
    standing = listed.standing
    percents: dict[str, str | Cell] = {
        f"percent_{name}": plain(percent) if (percent := standing.percents.get(name)) is not None else ""
        for name in visit.titles
    }
    percents.update(
        (f"percent_{name}", Cell(lag_text(lag).say(visit.language), "yellow", plain(lag.now)))
        for name, lag in lags.items()
    )
    return {
        "id": str(standing.account),
        "name": standing.name or f"#{standing.account}",
        "status": _status(visit, listed),
        "tier": standing.tier or "",
        **percents,
        "turnover": visit.money(standing.turnover) if standing.basis and standing.basis.counts_payments else "",
        "missing": visit.money(standing.missing),
        "change": _change(visit, listed),
        "decided": visit.moment(standing.decided_at),
        **_icons(visit, listed),
    }


def _status(visit: Visit, listed: Listed) -> Cell:
    """Takes part or not, in words and in colour."""
    standing = listed.standing
    basis = standing.basis
    if listed.excluded is not None:
        state = "excluded"
    elif basis is None:
        state = "waits"
    elif basis is Basis.LEFT:
        state = "left"
    elif basis is Basis.PINNED:
        state = "pinned"
    elif not basis.counts_payments:
        state = "outside"
    else:
        state = "tier" if standing.tier else "no_tier"
    text, color = _STATES[state]
    return Cell(text.say(visit.language), color, "outside" if state == "left" else state)


def _change(visit: Visit, listed: Listed) -> str:
    """When the tier changes if nothing is paid, and what it becomes."""
    day = listed.standing.change_day
    return f"{figures.listed_day(day)}: {listed.standing.change_tier or NO_TIER.say(visit.language)}" if day else ""


def _icons(visit: Visit, listed: Listed) -> dict[str, str]:
    """The states that a list shows as icons; the description names the pictures and the hints."""
    states = {
        "is_pinned": listed.pin is not None and listed.pin.until >= visit.today,
        "is_excluded": listed.excluded is not None,
        "is_set_aside": listed.set_aside > 0,
        "is_put_right": listed.put_right_lately(visit.now),
        "is_waiting": listed.error == "",
        "is_failed": bool(listed.error),
    }
    return {name: "on" for name, holds in states.items() if holds}


# --- the filter ---


def members_filter(visit: Visit) -> etree._Element:
    """By which name, tier and state the list is filtered; empty for everybody."""
    if visit.request.submitted:
        _within(visit.request.params)
        keep_filter(visit, LIST, FILTER_FIELDS)
        return documents.ok(f"func={LIST}")
    tiers = visit.store.tiers.on(visit.today).table.tiers
    anybody = ("", visit.say("-- any --", "-- любой --"))
    nobody = {**dict.fromkeys(FILTER_FIELDS, ""), **dict.fromkeys(FLAGS, "off")}
    states = [(state, MEMBER_STATES[state].say(visit.language)) for state in STATES if state not in FLAGS]
    return documents.form_page(
        visit.document,
        {**nobody, **kept_filter(visit, FILTER_FIELDS, LIST)},
        {"tier": [anybody, *((tier.name, tier.name) for tier in tiers)], "state": [anybody, *states]},
    )


# --- one client ---


def member_edit(visit: Visit) -> etree._Element:
    """What an administrator says of a client: the rule holds, takes part, takes no part; pinned to a tier or not. Where
    that takes discounts from them, the form tells which, and asks for a yes and a reason."""
    account, request = visit.account(visit.request.elid), visit.request
    note, name = visit.store.members.of(account), visit.office.name_of(account)
    if request.submitted:
        return _save(visit, note, name)
    pin = note.pin
    shown = {
        "seen": token(note),
        "standing": note.standing or "rule",
        "reason": note.reason,
        "pinned": "on" if pin else "off",
        "pin_tier": pin.tier if pin else "",
        "pin_kind": EXACTLY if pin and pin.exactly else AT_LEAST,
        "pin_until": pin.until.isoformat() if pin else "",
        "pin_reason": pin.reason if pin else "",
    }
    chosen = bool(request.text("sv_field"))
    if chosen:
        shown.update({field: request.text(field) for field in shown if field in request.params})
    tiers = [(tier.name, tier.name) for tier in visit.store.tiers.on(visit.today).table.tiers]
    return documents.form_page(
        visit.document,
        {
            "elid": str(account),
            "name": f"{account} {name}",
            **shown,
            **_about_loss(visit, note, chosen),
        },
        {
            "standing": [(key, text.say(visit.language)) for key, text in _standings(visit, note).items()],
            "pinned": [
                ("off", visit.say("by turnover", "по обороту")),
                ("on", visit.say("pinned", "закреплён")),
            ],
            "pin_tier": tiers,
            "pin_kind": [
                (AT_LEAST, visit.say("at least this tier", "не ниже этого статуса")),
                (EXACTLY, visit.say("exactly this tier", "ровно этот статус")),
            ],
        },
    )


def _standings(visit: Visit, note: MemberNote) -> dict[str, Text]:
    """What may be said of a client, and who is a member as the settings are now; that they left is kept, and not for an
    administrator to say."""
    rule = visit.store.settings.texts()["members"].partition(":")[0]
    as_set = Text("{rule} ({members})", "{rule} ({members})")(rule=_STANDINGS["rule"], members=MEMBER_RULES[rule])
    return {**_STANDINGS, "rule": as_set, **({LEFT: _LEFT} if note.standing == LEFT else {})}


def _about_loss(visit: Visit, note: MemberNote, chosen: bool) -> Row:
    """Which discounts what was chosen ends or lowers; nothing of it where it takes none, or can't be at all: that is
    told when it is sent."""
    wanted = note
    if chosen:
        with suppress(BadInput, MemberError):
            wanted = _wanted(visit, note, is_asked=True)
    values = ask(visit, visit.office.losses.by_note(wanted), token(wanted.terms), _LOSS_REASON)
    if _says_why(note, wanted):
        documents.drop_field(visit.document, _LOSS_REASON)
    return values


def _says_why(note: MemberNote, wanted: MemberNote) -> bool:
    """Whether it has a reason already, which stays with the client: an exclusion has one, and a pin."""
    return wanted.standing == EXCLUDED or wanted.pin not in (None, note.pin)


def _save(visit: Visit, note: MemberNote, name: str) -> etree._Element:
    """All of it is checked before any of it is written."""
    office, account = visit.office, note.account
    office.members.check_unchanged(note, visit.request.text("seen"))
    wanted = _wanted(visit, note)
    loss, says_why = office.losses.by_note(wanted), _says_why(note, wanted)
    if loss:
        check_agreed(visit, loss, token(wanted.terms), "" if says_why else _LOSS_REASON)
    if loss and not says_why:
        office.losses.record(named(account, name), loss, visit.line(_LOSS_REASON))
    if (wanted.standing, wanted.reason) != (note.standing, note.reason):
        _stand(visit, wanted)
    if wanted.pin and wanted.pin != note.pin:
        office.members.pin(account, wanted.pin)
    elif note.pin and not wanted.pin:
        office.members.unpin(account)
    visit.wake_worker()
    return documents.ok()


def _wanted(visit: Visit, note: MemberNote, is_asked: bool = False) -> MemberNote:
    """What the form says of the client; while it only `is_asked`, a pin's reason, which comes last, may be yet to be
    typed. Raises BadInput, MemberError."""
    request = visit.request
    standing, reason = request.text("standing"), visit.line("reason")
    pin = _pin(visit) if request.params.get("pinned") == "on" else None
    if standing not in _standings(visit, note):
        raise BadInput(_CHOOSE, "standing")
    if pin and pin != note.pin:
        visit.office.members.check_pin(replace(pin, reason=pin.reason or "-") if is_asked else pin)
    if standing == "rule":
        return replace(note, standing=None, reason="", pin=pin)
    return replace(note, standing=standing, reason=note.reason if standing == LEFT else reason, pin=pin)


def _pin(visit: Visit) -> Pin:
    """Without a word on its kind, it is the kind that lowers nobody."""
    request, kind = visit.request, visit.request.text("pin_kind") or AT_LEAST
    if kind not in (AT_LEAST, EXACTLY):
        raise BadInput(_CHOOSE, "pin_kind")
    return Pin(request.text("pin_tier"), visit.day("pin_until"), visit.line("pin_reason"), kind == EXACTLY)


def _stand(visit: Visit, wanted: MemberNote) -> None:
    if wanted.standing == EXCLUDED:
        visit.office.members.exclude(wanted.account, wanted.reason)
    elif wanted.standing == ENROLLED:
        visit.office.members.enrol(wanted.account, wanted.reason)
    elif wanted.standing is None:
        visit.office.members.follow_the_rule(wanted.account)


# --- several at once ---


def members_enrol(visit: Visit) -> etree._Element:
    for account in visit.accounts():
        visit.office.members.enrol(account)
    visit.wake_worker()
    return documents.ok()


def members_exclude(visit: Visit) -> etree._Element:
    """Tells who loses what and what comes back, and asks for the reason; for several clients also for a yes."""
    accounts, losses, request = visit.accounts(), visit.office.losses, visit.request
    loss, several = losses.excluding(accounts), len(accounts) > 1
    if not request.submitted:
        if not several:
            documents.drop_field(visit.document, "confirm")
        documents.say(visit.document, "confirm", understood(loss).say(visit.language))
        values = {
            "elid": request.elid,
            "seen": loss.mark,
            "whom": _names(visit, accounts),
            "loss": "\n".join(text.say(visit.language) for text in _told(visit, loss)),
            "reason": "",
            "confirm": "off",
        }
        return documents.form_page(visit.document, values)
    reason = visit.line("reason")
    if not reason:
        visit.refuse(SAY_WHY.en, SAY_WHY.ru, "reason")
    if several and request.params.get("confirm") != "on":
        visit.refuse("{loss} Confirm it.", "{loss} Подтвердите это.", "confirm", loss=loss_text(loss))
    if several and not loss.was_told(request.text("seen")):
        visit.refuse(
            "more would be lost now than this form has told; open it again",
            "теперь отменилось бы больше, чем показала эта форма; откройте её заново",
            "confirm",
        )
    for account in accounts:
        visit.office.members.exclude(account, reason)
    visit.wake_worker()
    return documents.ok()


def members_recalculate(visit: Visit) -> etree._Element:
    """At once, for these clients; the limit on drops holds."""
    visit.check_may_write()
    visit.check_started()
    accounts = visit.accounts()
    visit.office.record(deeds.RECALCULATE, ", ".join(map(str, accounts)))
    visit.start_task(APPLY, accounts=accounts, cause=causes.RECALCULATE)
    return documents.ok()


def _told(visit: Visit, loss: Loss) -> Iterator[Text]:
    """What is lost; who several are, the form names beside it."""
    yield loss_text(loss)
    what = visit.office.losses.whose(loss) if loss.changes else None
    if what:
        yield what


def _names(visit: Visit, accounts: list[AccountId]) -> str:
    """How many, and who."""
    first = sorted(accounts)[:NAMED]
    names = first_names(accounts, {account: visit.office.name_of(account) for account in first}).say(visit.language)
    return names if len(accounts) == 1 else f"{len(accounts)}: {names}"


# --- as a table for other programs ---


def members_csv(visit: Visit) -> Iterator[list[str]]:
    """The whole list as it is filtered, not only the page that is shown: percents in effect, and behind them the one by
    tier where the panel has not taken it yet."""
    classes = visit.store.classes.all()
    heads = (
        *("id", "client", "status", "tier", "turnover", "currency", "missing", "next_tier"),
        *(each.name for each in classes),
        *("changes_on", "changes_to", "decided_at"),
        *(f"{each.name}_follows" for each in classes),
        *("opening", "opening_until"),
    )
    yield list(heads)
    lagging = Lagging(visit.store)
    listed, _ = _listed(visit, _filter(visit), lagging, EVERY_ROW)
    brought = _openings(visit, listed)
    for each in listed:
        standing = each.standing
        opening = brought.get(standing.account)
        lags = lagging.of(standing.account, standing)
        yield [
            str(standing.account),
            standing.name,
            _status(visit, each).raw or "",
            standing.tier or "",
            plain(standing.turnover),
            visit.currency,
            "" if standing.missing is None else plain(standing.missing),
            standing.next_tier or "",
            *(
                plain(lags[name.name].now if name.name in lags else standing.percents.get(name.name, Decimal(0)))
                for name in classes
            ),
            standing.change_day.isoformat() if standing.change_day else "",
            standing.change_tier or "",
            standing.decided_at.isoformat(" ", "seconds") if standing.decided_at else "",
            *(plain(lags[name.name].follows) if name.name in lags else "" for name in classes),
            *((plain(opening[0]), opening[1].isoformat()) if opening else ("", "")),
        ]
