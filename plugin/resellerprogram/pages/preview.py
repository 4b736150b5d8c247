"""`resellerprogram.preview`: what a run would change, before it changes it; apply all of it or some.

For employees; without the limit on drops for full administrators only. The plan is made by a process of its own and
kept; the page shows the one that was made last.

What is confirmed is what is applied (spec, section 3). The form carries the fingerprint of what it showed, so that a
form of another plan is refused; the task carries those of every account, and leaves out whoever differs when it is
carried out: they are named, and the list shows what would be changed for them now. What a payment has done meanwhile
leaves the plan without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lxml import etree

from ..programme import causes, deeds
from ..programme.effects import Way
from ..programme.errors import NotStarted
from ..programme.fingerprints import Fingerprint, Prints, of_plan
from ..programme.ids import AccountId
from ..programme.outcomes import DONE
from ..programme.text import Text
from ..store.listing import MOST_ROWS
from ..store.notes import PREVIEW, PRINTS
from ..store.planned import PlannedAccount
from ..store.tasks import APPLY, PLAN, Task
from ..words import figures, going_live, labels
from ..words.change import change_line
from ..words.labels import WAYS
from . import documents
from .documents import Cell, Row
from .filters import keep_filter, kept_filter
from .visit import Visit

LIST = "resellerprogram.preview"
REFRESHES = 5
"""Seconds between two looks of a page at a task that is under way."""
FILTER_FIELDS = ("name", "kind")
_COLORS = {
    Way.STARTS: "green",
    Way.RISES: "green",
    Way.FALLS: "red",
    Way.ENDS: "red",
    Way.PUT_RIGHT: "blue",
    Way.OTHER: "blue",
}


def preview(visit: Visit) -> etree._Element:
    """The plan account by account, what takes most away first; how old it is and its sums stand above."""
    wanted = kept_filter(visit, FILTER_FIELDS)
    rows, count = visit.store.planned.listed(wanted.get("name", ""), wanted.get("kind", ""), MOST_ROWS)
    if is_under_way(visit, PLAN, APPLY):
        documents.refresh_every(visit.document, REFRESHES)
    rest = visit.rest(
        len(rows),
        count,
        "These are the clients who lose most. Press “Filter” to see others.",
        "Это клиенты, которые теряют больше всего. Нажмите «Фильтр», чтобы увидеть других.",
    )
    _leave_out(visit)
    told = (state_of_plan(visit), _sums(visit), _drops(visit), _told_filter(visit, wanted, count), rest)
    documents.say_above(visit.document, "preview", visit.not_live(), *told)
    return documents.list_page(visit.document, (_row(visit, each) for each in rows))


def _told_filter(visit: Visit, wanted: Mapping[str, str], count: int) -> str:
    """Which clients the list is about, where a filter is in force."""
    name = visit.say("name with “{text}”", "имя с «{text}»", text=wanted["name"]) if wanted.get("name") else ""
    told = ", ".join(filter(None, (name, labels.of(WAYS, wanted.get("kind"), visit.language))))
    if not told:
        return ""
    return visit.say("Filter: {told}. Clients: {count}.", "Фильтр: {told}. Клиентов: {count}.", told=told, count=count)


def _row(visit: Visit, planned: PlannedAccount) -> Row:
    return {
        "id": str(planned.account),
        "name": planned.name or f"#{planned.account}",
        "turnover": visit.money(planned.turnover),
        "tier": figures.step_of_tier(planned.tier_before, planned.tier),
        "kind": Cell(WAYS[planned.kind].say(visit.language), _COLORS[planned.kind], planned.kind.value),
        "changes": "; ".join(change_line(change, visit.language) for change in planned.changes),
        "drops": str(planned.drops),
    }


def _sums(visit: Visit, accounts: Sequence[AccountId] | None = None) -> str:
    counts = visit.store.planned.counts(accounts)
    return ", ".join(f"{WAYS[way].say(visit.language)}: {counts[way]}" for way in Way if counts[way])


def _drops(visit: Visit) -> str:
    """How many discounts the plan lowers or removes though nothing foretold it, and how many one run may."""
    kept = visit.store.notes.read(PREVIEW)
    if not kept:
        return ""
    return visit.say(
        "lowered or removed though nothing foretold it: {drops}, one run may: {limit}",
        "снизится или снимется без прогноза: {drops}, разрешено за раз: {limit}",
        drops=visit.store.planned.unforetold(),
        limit=kept["limit"],
    )


def state_of_plan(visit: Visit) -> str:
    """Whether one is being made, how old the last one is, or what went wrong."""
    task, kept = visit.store.tasks.last(PLAN, APPLY), visit.store.notes.read(PREVIEW)
    if task and task.outcome is None:
        return under_way(visit, task)
    if task and task.outcome != DONE:
        outcome = labels.of(labels.TASK_OUTCOMES, task.outcome, visit.language)
        return f"{outcome}: {task.message.say(visit.language)}"
    if kept is None:
        return visit.say("no plan yet", "плана ещё нет")
    at = visit.moment(datetime.fromisoformat(kept["at"]))
    return visit.say(
        "plan of {at}, clients looked at: {count}",
        "план от {at}, просмотрено клиентов: {count}",
        at=at,
        count=kept["accounts"],
    )


def is_under_way(visit: Visit, *kinds: str) -> bool:
    """Whether a task of one of these kinds is not over yet."""
    task = visit.store.tasks.last(*kinds)
    return task is not None and task.outcome is None


def under_way(visit: Visit, task: Task) -> str:
    """How far a task has come."""
    what = {PLAN: Text("planning", "составляется план"), APPLY: Text("applying", "применяется")}
    told = what.get(task.kind, Text("under way", "выполняется")).say(visit.language)
    return f"{told}: {task.done} / {task.total}" if task.total else f"{told}…"


def preview_filter(visit: Visit) -> etree._Element:
    if visit.request.submitted:
        keep_filter(visit, LIST, FILTER_FIELDS)
        return documents.ok(f"func={LIST}")
    kinds = [(way.value, text.say(visit.language)) for way, text in WAYS.items()]
    return documents.form_page(
        visit.document,
        {**dict.fromkeys(FILTER_FIELDS, ""), **kept_filter(visit, FILTER_FIELDS, LIST)},
        {"kind": [("", visit.say("-- any --", "-- любой --")), *kinds]},
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
        visit.refuse("there is no plan yet; make one first", "плана ещё нет; сначала составьте его")
    if visit.store.going_live.started() is None:
        raise NotStarted
    waiting = [account for account in store.planned.accounts() if account in prints]
    drops = store.planned.unforetold(waiting)
    beyond = drops > kept["limit"]
    if visit.request.submitted:
        visit.check_may_write()
        if visit.request.text("seen") != of_plan(prints):
            visit.refuse(
                "the plan has changed since this form was opened; open it again to see what it says now",
                "план изменился с тех пор, как открыта эта форма; откройте её заново, чтобы увидеть, что в нём теперь",
            )
        _refuse_nothing(visit, waiting)
        return _apply(visit, accounts, {account: prints[account] for account in waiting}, drops, beyond)
    _refuse_nothing(visit, waiting)
    if not (beyond and visit.is_full):
        documents.drop_field(visit.document, "allow_drop")
        documents.drop_field(visit.document, "reason")
    return documents.form_page(
        visit.document,
        {
            "elid": visit.request.elid,
            "seen": of_plan(prints),
            "whom": ", ".join(map(str, waiting)) if accounts else visit.say("all of the plan", "весь план"),
            "sums": _sums(visit, waiting),
            "plan": state_of_plan(visit),
            "drops": visit.say(
                "lowered or removed: {all}, of these not foretold: {drops}, allowed in one run: {limit}",
                "снизится или снимется: {all}, из них без прогноза: {drops}, разрешено за раз: {limit}",
                all=store.planned.drops(waiting),
                drops=drops,
                limit=kept["limit"],
            ),
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
        visit.refuse("there is no plan yet; make one first", "плана ещё нет; сначала составьте его")
    if visit.request.submitted:
        visit.check_may_write()
        if visit.request.text("seen") != of_plan(prints):
            visit.refuse(
                "the plan has changed since this form was opened; open it again to see what it says now",
                "план изменился с тех пор, как открыта эта форма; откройте её заново, чтобы увидеть, что в нём теперь",
            )
        confirmed = {str(account): each for account, each in prints.items()}
        visit.start_task(APPLY, cause=causes.PREVIEW, allow_drop=False, confirmed=confirmed, start=True)
        return documents.ok(f"func={LIST}")
    return documents.form_page(
        visit.document,
        {
            "seen": of_plan(prints),
            "verdict": going_live.verdict(going_live.AtTheStart(**kept["at_the_start"]), visit.language),
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


def _prints(visit: Visit, accounts: Sequence[AccountId]) -> Prints:
    """The fingerprints by which the plan, or these accounts' part of it, was shown. They stay when an account is done
    with: what an event has done meanwhile makes no other plan."""
    prints: Mapping[str, Fingerprint] = visit.store.notes.read(PRINTS) or {}
    wanted = set(accounts) or set(map(AccountId, map(int, prints)))
    return {AccountId(int(each)): prints[each] for each in prints if int(each) in wanted}


def _refuse_nothing(visit: Visit, waiting: Sequence[AccountId]) -> None:
    if not waiting:
        visit.refuse(
            "nothing of that is in the plan any more: it is done already. Make a new plan to see what there is to do",
            "ничего из этого в плане уже нет: всё сделано. Составьте новый план, чтобы увидеть, что осталось",
        )


def _told_beyond(visit: Visit) -> str:
    if visit.is_full:
        return visit.say(
            "That is beyond the limit: lift it for this plan and say why, or these discounts stay as they are.",
            "Это больше предела: снимите его для этого плана и укажите причину, иначе эти скидки останутся как есть.",
        )
    return visit.say(
        "That is beyond the limit: these discounts would stay. A full administrator can lift it for this plan.",
        "Это больше предела: эти скидки остались бы. Снять его для этого плана может полный администратор.",
    )


def _apply(visit: Visit, accounts: list[AccountId], confirmed: Prints, drops: int, beyond: bool) -> etree._Element:
    request = visit.request
    lifted, reason = request.params.get("allow_drop") == "on", request.text("reason")
    if lifted and not visit.is_full:
        visit.refuse(
            "only a full administrator may lift the limit",
            "снять предел может только полный администратор",
            "allow_drop",
        )
    if lifted and not reason:
        visit.refuse("say why", "укажите причину", "reason")
    if beyond and not lifted:
        visit.refuse(
            "{drops} discounts would be lowered or removed, more than one run may",
            "снизилось бы или снялось скидок: {drops}, это больше, чем разрешено за раз",
            "allow_drop" if visit.is_full else "",
            drops=drops,
        )
    whom = ", ".join(map(str, accounts)) or "*"
    visit.office.record(deeds.APPLY_WITHOUT_LIMIT if lifted else deeds.APPLY, whom, "", reason)
    selected = {"accounts": sorted(confirmed)} if accounts else {}
    prints = {str(account): each for account, each in confirmed.items()}
    visit.start_task(APPLY, cause=causes.PREVIEW, allow_drop=lifted, confirmed=prints, **selected)
    return documents.ok(f"func={LIST}")
