"""`resellerprogram.preview`: what a run would change, before it changes it; apply all of it or some.

For employees; without the limit on drops for full administrators only. The plan is made by a process of its own and
kept; the page shows the one that was made last.

What is confirmed is what is applied (spec, section 3). The form carries the fingerprint of what it showed, so that a
form of another plan is refused; the task carries those of every account, and leaves out whoever differs when it is
carried out: they are named, and the list shows what would be changed for them now. What a payment has done meanwhile
leaves the plan without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from ..programme import causes, deeds, figures
from ..programme.effects import Way
from ..programme.figures import plain
from ..programme.fingerprints import Fingerprint, Prints, of_plan
from ..programme.ids import AccountId
from ..programme.outcomes import DONE
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from ..programme.verdict import ClassOfType, Verdict, judge
from ..store.listing import EVERY_ROW, MOST_ROWS
from ..store.notes import PREVIEW, PRINTS
from ..store.planned import PlannedAccount
from ..store.tasks import APPLY, PLAN, Task
from ..words import going_live, labels
from ..words.change import folded
from ..words.labels import WAYS
from ..words.lines import step_of_tier
from ..words.people import first_names
from ..words.tables import clients
from ..words.verdict import NOTHING_ELSE, class_lines, limit_text, verdict_text
from . import documents
from .documents import Cell, Row
from .filters import keep_filter, kept_filter, told_filter, told_name
from .visit import Visit

LIST = "resellerprogram.preview"
REFRESHES = 5
"""Seconds between two looks of a page at a task that is under way."""
FILTER_FIELDS = ("name", "kind", "service")
FAILED = "failed"
"""A kind of row beside the ways: who could not be calculated."""
_NOT_CALCULATED = Text("not calculated", "не рассчитан")
_COLORS = {
    Way.STARTS: "green",
    Way.RISES: "green",
    Way.FALLS: "red",
    Way.ENDS: "red",
    Way.PUT_RIGHT: "blue",
    Way.OTHER: "blue",
}


def preview(visit: Visit) -> etree._Element:
    """The verdict on the plan and what is wrong with it above; below it account by account, who could not be calculated
    first, and then what takes most away."""
    wanted = kept_filter(visit, FILTER_FIELDS)
    failed = _failed(visit, wanted)
    rows, count = _planned(visit, wanted, MOST_ROWS)
    if is_under_way(visit, PLAN, APPLY):
        documents.refresh_every(visit.document, REFRESHES)
    rest = visit.rest(
        len(rows),
        count,
        "These are the clients who lose most. Press “Filter” to see others, or “Export to CSV” to take all.",
        "Это клиенты, которые теряют больше всего. Нажмите «Фильтр», чтобы увидеть других, "
        "или «Выгрузить в CSV», чтобы выгрузить всех.",
    )
    _leave_out(visit)
    acting = told_filter(visit, _acting(visit, wanted), count + len(failed), lambda: _total(visit))
    told = (visit.not_live(), *_told(visit), acting, rest)
    documents.say_above(visit.document, "preview", *told)
    class_of = visit.store.classes.of_types()
    told_of = (_failed_row(visit, *each) for each in failed)
    return documents.list_page(visit.document, [*told_of, *(_row(visit, each, class_of) for each in rows)])


def preview_csv(visit: Visit) -> Iterator[list[str]]:
    """All of it as it is filtered, not only what the page shows: amounts exact, what happens in one word, the changes
    in many."""
    yield ["id", "client", "kind", "turnover", "currency", "tier_before", "tier", "drops", "changes"]
    wanted, class_of = kept_filter(visit, FILTER_FIELDS, LIST), visit.store.classes.of_types()
    for account, name, reason in _failed(visit, wanted):
        yield [account, name, FAILED, "", "", "", "", "0", reason]
    for each in _planned(visit, wanted, EVERY_ROW)[0]:
        yield [
            str(each.account),
            each.name,
            each.kind.value,
            plain(each.turnover),
            visit.currency,
            each.tier_before or "",
            each.tier or "",
            str(each.drops),
            folded(each.changes, class_of, visit.titles, visit.language),
        ]


def _planned(visit: Visit, wanted: Mapping[str, str], most: int) -> tuple[list[PlannedAccount], int]:
    """Of those whom a filter leaves so many at most, and how many there are."""
    if wanted.get("kind") == FAILED:
        return [], 0
    chosen = visit.store.classes.of(ServiceClass(wanted["service"])) if wanted.get("service") else None
    types = chosen.types if chosen else None
    return visit.store.planned.listed(wanted.get("name", ""), wanted.get("kind", ""), types, most)


def _failed(visit: Visit, wanted: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Who could not be calculated when the plan was made, with name and reason; no way and no class is theirs."""
    if wanted.get("kind", FAILED) != FAILED or wanted.get("service"):
        return []
    kept = visit.store.notes.read(PREVIEW) or {}
    names = _names_of_failed(visit, kept)
    return [
        (str(account), names.get(account) or f"#{account}", reason[visit.language == "ru"])
        for account, *reason in kept.get("failed", [])
        if wanted.get("name", "").casefold() in names.get(account, "").casefold()
    ]


def _total(visit: Visit) -> int:
    """How many accounts the plan tells of, whatever the filter."""
    return visit.store.planned.count() + len((visit.store.notes.read(PREVIEW) or {}).get("failed", []))


def _names_of_failed(visit: Visit, kept: Mapping[str, Any]) -> dict[int, str]:
    """As they are on record, else as the plan heard of them."""
    told = {int(account): name for account, name in kept.get("names", {}).items()}
    return {**told, **visit.store.standings.names(AccountId(account) for account, *_ in kept.get("failed", []))}


def _failed_row(visit: Visit, account: str, name: str, reason: str) -> Row:
    return {
        "id": account,
        "name": name,
        "turnover": "",
        "tier": "",
        "kind": Cell(_NOT_CALCULATED.say(visit.language), "red", FAILED),
        "changes": reason,
        "drops": "0",
    }


def _acting(visit: Visit, wanted: Mapping[str, str]) -> Iterator[str]:
    """What the filter asks, in words."""
    yield told_name(visit, wanted)
    kind, title = _kinds(visit).get(wanted.get("kind", "")), visit.titles.get(wanted.get("service", ""))
    if kind:
        yield visit.say("what happens: {kind}", "что будет: {kind}", kind=kind)
    if title:
        yield visit.say("category: {title}", "категория: {title}", title=title)


def _kinds(visit: Visit) -> dict[str, str]:
    """By what happens to a client the list can be filtered."""
    ways = {way.value: text.say(visit.language) for way, text in WAYS.items()}
    return {**ways, FAILED: _NOT_CALCULATED.say(visit.language)}


def _row(visit: Visit, planned: PlannedAccount, class_of: ClassOfType) -> Row:
    return {
        "id": str(planned.account),
        "name": planned.name or f"#{planned.account}",
        "turnover": visit.money(planned.turnover),
        "tier": step_of_tier(planned.tier_before, planned.tier),
        "kind": Cell(WAYS[planned.kind].say(visit.language), _COLORS[planned.kind], planned.kind.value),
        "changes": folded(planned.changes, class_of, visit.titles, visit.language),
        "drops": str(planned.drops),
    }


def _verdict(visit: Visit, accounts: Sequence[AccountId] | None = None) -> Verdict:
    """What the plan comes to now, or these accounts' part of it."""
    return judge(visit.store.planned.parts(accounts), visit.store.classes.of_types())


def _told(visit: Visit) -> list[str]:
    """The verdict, what is wrong, each class, the limit; before them how far it is while one is being made, or what
    went wrong with it."""
    kept, task = visit.store.notes.read(PREVIEW), visit.store.tasks.last(PLAN, APPLY)
    state = state_of_plan(visit)
    if kept is None:
        return [state]
    verdict = _verdict(visit)
    limit = limit_text(verdict.drops, verdict.unforetold, kept["limit"])
    told = [
        _headline(verdict, kept).say(visit.language),
        *_wrong(visit, kept),
        *class_lines(verdict, visit.titles, visit.language),
        limit.say(visit.language) if limit else "",
    ]
    is_settled = task is None or task.outcome == DONE
    return [*told, state] if is_settled else [state, *told]


def _headline(verdict: Verdict, kept: Mapping[str, Any]) -> Text:
    return NOTHING_ELSE if kept.get("failed") and not verdict else verdict_text(verdict)


def _wrong(visit: Visit, kept: Mapping[str, Any]) -> Iterator[str]:
    """Who could not be calculated, what the panel warned of, and other discounts that act beside a tier's."""
    failed = kept.get("failed", [])
    if failed:
        names = _names_of_failed(visit, kept)
        yield visit.say(
            "Not calculated: {whom}. Their reasons are in the list; they are tried again.",
            "Не рассчитаны: {whom}. Причины — в списке; расчёт повторится.",
            whom=first_names([AccountId(account) for account, *_ in failed], names),
        )
    for en, ru in kept.get("warnings", []):
        yield visit.say("Warning: {text}", "Предупреждение: {text}", text=Text(en, ru))
    if kept.get("left"):
        yield visit.say(
            "Other personal discounts that act beside a tier's: {count}.",
            "Других персональных скидок, которые действуют рядом со скидками программы: {count}.",
            count=kept["left"],
        )


def state_of_plan(visit: Visit) -> str:
    """Whether one is being made, how old the last one is, or what went wrong."""
    task, kept = visit.store.tasks.last(PLAN, APPLY), visit.store.notes.read(PREVIEW)
    if task and task.outcome != DONE:
        return not_done(visit, task)
    if kept is None:
        return visit.say("No preview yet: press “Calculate…”.", "Расчёта ещё нет: нажмите «Рассчитать…».")
    return visit.say(
        "Calculated {at}, {whom}.",
        "Рассчитано {at}, клиентов: {count}.",
        at=figures.moment(datetime.fromisoformat(kept["at"])),
        whom=clients(kept["accounts"]),
        count=kept["accounts"],
    )


def not_done(visit: Visit, task: Task) -> str:
    """How far a task is, or what went wrong with it."""
    if task.outcome is None:
        return under_way(visit, task)
    return f"{labels.of(labels.TASK_OUTCOMES, task.outcome, visit.language)}: {task.message.say(visit.language)}"


def is_under_way(visit: Visit, *kinds: str) -> bool:
    """Whether a task of one of these kinds is not over yet."""
    task = visit.store.tasks.last(*kinds)
    return task is not None and task.outcome is None


def under_way(visit: Visit, task: Task) -> str:
    """How far a task has come."""
    what = {PLAN: Text("calculating", "идёт расчёт"), APPLY: Text("applying", "применяется")}
    told = what.get(task.kind, Text("under way", "выполняется")).say(visit.language)
    return f"{told}: {task.done} / {task.total}" if task.total else f"{told}…"


def preview_filter(visit: Visit) -> etree._Element:
    if visit.request.submitted:
        keep_filter(visit, LIST, FILTER_FIELDS)
        return documents.ok(f"func={LIST}")
    titles = [(name, title.say(visit.language)) for name, title in visit.titles.items()]
    anything = ("", visit.say("-- any --", "-- любое --"))
    return documents.form_page(
        visit.document,
        {**dict.fromkeys(FILTER_FIELDS, ""), **kept_filter(visit, FILTER_FIELDS, LIST)},
        {"kind": [anything, *_kinds(visit).items()], "service": [anything, *titles]},
    )


def preview_make(visit: Visit) -> etree._Element:
    """Let a new plan be made."""
    if not visit.request.submitted:
        return documents.form_page(visit.document, {})
    visit.start_task(PLAN)
    return documents.ok(f"func={LIST}")


def preview_apply(visit: Visit) -> etree._Element:
    """Apply the whole plan, or the selected clients' part of it, after a look at what that means."""
    accounts = [visit.account(text) for text in visit.request.several("elid")]
    store = visit.store
    kept, prints = store.notes.read(PREVIEW), _prints(visit, accounts)
    if kept is None:
        visit.refuse(
            "there is no preview yet; press “Calculate…” first", "расчёта ещё нет; сначала нажмите «Рассчитать…»"
        )
    visit.check_started()
    waiting = [account for account in store.planned.accounts() if account in prints]
    verdict = _verdict(visit, waiting)
    drops = verdict.unforetold
    beyond = drops > kept["limit"]
    if visit.request.submitted:
        visit.check_may_write()
        if visit.request.text("seen") != of_plan(prints):
            visit.refuse(
                "the preview has changed since this form was opened; open it again to see what it says now",
                "расчёт изменился с тех пор, как открыта эта форма; откройте её заново, чтобы увидеть, "
                "что в нём теперь",
            )
        _refuse_nothing(visit, waiting)
        return _apply(visit, accounts, {account: prints[account] for account in waiting}, drops, beyond)
    _refuse_nothing(visit, waiting)
    if not (beyond and visit.is_full):
        documents.drop_field(visit.document, "allow_drop")
        documents.drop_field(visit.document, "reason")
    limit = limit_text(verdict.drops, drops, kept["limit"])
    return documents.form_page(
        visit.document,
        {
            "elid": visit.request.elid,
            "seen": of_plan(prints),
            "whom": _whom(visit, accounts, waiting),
            "sums": "\n".join(
                [
                    verdict_text(verdict).say(visit.language),
                    *class_lines(verdict, visit.titles, visit.language),
                ]
            ),
            "plan": state_of_plan(visit),
            "drops": limit.say(visit.language) if limit else visit.say("nothing drops", "снижений нет"),
            "beyond": _told_beyond(visit) if beyond else "",
            "allow_drop": "off",
            "reason": "",
        },
    )


def preview_start(visit: Visit) -> etree._Element:
    """Start the programme with the plan that is shown: what it does in a line, and one yes."""
    store = visit.store
    kept, prints = store.notes.read(PREVIEW), _prints(visit, ())
    if kept is None or "at_the_start" not in kept:
        visit.refuse(
            "there is no preview yet; press “Calculate…” first", "расчёта ещё нет; сначала нажмите «Рассчитать…»"
        )
    if visit.request.submitted:
        visit.check_may_write()
        if visit.request.text("seen") != of_plan(prints):
            visit.refuse(
                "the preview has changed since this form was opened; open it again to see what it says now",
                "расчёт изменился с тех пор, как открыта эта форма; откройте её заново, чтобы увидеть, "
                "что в нём теперь",
            )
        confirmed = {str(account): each for account, each in prints.items()}
        visit.start_task(APPLY, cause=causes.PREVIEW, allow_drop=True, confirmed=confirmed, start=True)
        return documents.ok(f"func={LIST}")
    whole = _verdict(visit)
    limit = limit_text(whole.drops, whole.unforetold, kept["limit"], lifted=True)
    told = going_live.verdict(going_live.AtTheStart(**kept["at_the_start"]), visit.language)
    return documents.form_page(
        visit.document,
        {
            "seen": of_plan(prints),
            "verdict": f"{told}.\n{limit.say(visit.language)}" if limit else told,
            "plan": state_of_plan(visit),
        },
    )


def preview_stop(visit: Visit) -> etree._Element:
    """End what goes by itself; the discounts stay."""
    if not visit.request.submitted:
        return documents.form_page(visit.document, {})
    visit.office.going_live.stop()
    return documents.ok(f"func={LIST}")


def _leave_out(visit: Visit) -> None:
    """Buttons that there is nothing to press for, or that one may not press."""
    live = visit.store.going_live.started() is not None
    goes = live and visit.store.settings.current().automatic
    for button, wanted in (
        ("start", visit.is_full and not goes),
        ("stop", visit.is_full and goes),
        ("apply_all", live),
        ("apply_selected", live),
    ):
        if not wanted:
            documents.drop_tool(visit.document, button)


def _whom(visit: Visit, accounts: Sequence[AccountId], waiting: Sequence[AccountId]) -> str:
    """How many are meant, and who; of those selected who is not in the plan needs nothing."""
    names = first_names(waiting, visit.store.planned.names(waiting))
    count = clients(len(waiting))
    if not accounts:
        return visit.say("all of it, {count}: {names}", "весь расчёт, у {count}: {names}", count=count, names=names)
    if len(waiting) < len(accounts):
        return visit.say(
            "selected: {all}, of these something changes for {count}: {names}",
            "выбрано: {all}, изменения есть у {count}: {names}",
            all=len(accounts),
            count=count,
            names=names,
        )
    return visit.say(
        "selected, {count}: {names}", "выбрано: {all} ({names})", count=count, all=len(accounts), names=names
    )


def _prints(visit: Visit, accounts: Sequence[AccountId]) -> Prints:
    """The fingerprints by which the plan, or these accounts' part of it, was shown. They stay when an account is done
    with: what an event has done meanwhile makes no other plan."""
    prints: Mapping[str, Fingerprint] = visit.store.notes.read(PRINTS) or {}
    wanted = set(accounts) or set(map(AccountId, map(int, prints)))
    return {AccountId(int(each)): prints[each] for each in prints if int(each) in wanted}


def _refuse_nothing(visit: Visit, waiting: Sequence[AccountId]) -> None:
    if not waiting:
        visit.refuse(
            "nothing of that is left: it is done already. Calculate again to see what there is to do",
            "ничего из этого уже нет: всё сделано. Рассчитайте заново, чтобы увидеть, что осталось",
        )


def _told_beyond(visit: Visit) -> str:
    if visit.is_full:
        return visit.say(
            "To apply these too, tick “Exceed the limit once” and give a reason.",
            "Чтобы применить и их, отметьте «Превысить лимит один раз» и укажите причину.",
        )
    return visit.say(
        "Only an administrator with full access can let the limit be exceeded.",
        "Превысить лимит может только администратор с полным доступом.",
    )


def _apply(visit: Visit, accounts: list[AccountId], confirmed: Prints, drops: int, beyond: bool) -> etree._Element:
    request = visit.request
    lifted, reason = request.params.get("allow_drop") == "on", request.text("reason")
    if lifted and not visit.is_full:
        visit.refuse(
            "only an administrator with full access may exceed the limit",
            "превысить лимит может только администратор с полным доступом",
            "allow_drop",
        )
    if lifted and not reason:
        visit.refuse(
            "Enter a reason; it goes into the change log.", "Укажите причину: она сохранится в журнале.", "reason"
        )
    if beyond and not lifted:
        visit.refuse(
            "{drops} discounts would be lowered or removed, more than the drop limit allows",
            "снизится или отменится скидок: {drops}, это больше лимита снижений",
            "allow_drop" if visit.is_full else "",
            drops=drops,
        )
    whom = ", ".join(map(str, accounts)) or "*"
    visit.office.record(deeds.APPLY_WITHOUT_LIMIT if lifted else deeds.APPLY, whom, "", reason)
    selected = {"accounts": sorted(confirmed)} if accounts else {}
    prints = {str(account): each for account, each in confirmed.items()}
    visit.start_task(APPLY, cause=causes.PREVIEW, allow_drop=lifted, confirmed=prints, **selected)
    return documents.ok(f"func={LIST}")
