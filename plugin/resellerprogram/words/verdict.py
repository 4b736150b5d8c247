"""The verdict on a plan in words: the first thing that a page or a command says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..programme.effects import Way
from ..programme.ownership import OTHER_SERVICES
from ..programme.text import Text, from_capital, joined, same
from ..programme.verdict import Verdict
from .lines import Titles
from .tables import clients

NOTHING_TO_DO = Text("Discounts are correct; nothing to change.", "Скидки уже верны, менять нечего.")
NOTHING_ELSE = Text(
    "Nothing to change for those who could be calculated.", "У тех, кого удалось рассчитать, менять нечего."
)
NOTHING_DONE = Text("Nothing was changed.", "Менять было нечего.")
_WILL = {
    Way.STARTS: Text("start {whom}", "появятся у {whom}"),
    Way.RISES: Text("rise {whom}", "вырастут у {whom}"),
    Way.FALLS: Text("fall {whom}", "снизятся у {whom}"),
    Way.ENDS: Text("end {whom}", "отменятся у {whom}"),
    Way.PUT_RIGHT: Text("put right {whom}", "исправятся у {whom}"),
}
_DID = {
    Way.STARTS: Text("started {whom}", "появились у {whom}"),
    Way.RISES: Text("rose {whom}", "выросли у {whom}"),
    Way.FALLS: Text("fell {whom}", "снизились у {whom}"),
    Way.ENDS: Text("ended {whom}", "отменены у {whom}"),
    Way.PUT_RIGHT: Text("put right {whom}", "исправлены у {whom}"),
}
_FORETOLD = Text("{way} ({count} foretold)", "{way} (из них по прогнозу у {count})")
_NONE_FORETOLD = Text("{way} (none foretold)", "{way} (не по прогнозу)")
_OTHERS = (
    (
        Text("suspended {count}", "других скидок приостановится: {count}"),
        Text("suspended {count}", "других скидок приостановлено: {count}"),
    ),
    (
        Text("restored {count}", "других скидок восстановится: {count}"),
        Text("restored {count}", "других скидок восстановлено: {count}"),
    ),
)


def verdict_text(verdict: Verdict, done: bool = False) -> Text:
    """'start 3 · rise 5 · fall 12 (11 foretold) · end 2 · put right 1 · set aside 4': of clients, and of other
    discounts. How many were foretold is said where not all of those that fall or end were. `done` tells it of a plan
    that was carried out."""
    ways = _ways(verdict.clients, done, verdict.foretold, first=True)
    counts = (verdict.set_aside, verdict.put_back)
    others = [texts[done](count=count) for texts, count in zip(_OTHERS, counts) if count]
    return joined(" · ", [*ways, *others]) if ways or others else (NOTHING_DONE if done else NOTHING_TO_DO)


def class_lines(verdict: Verdict, titles: Titles, language: str, done: bool = False) -> Iterator[str]:
    """'VPS: rise 5 · fall 12', a line for each class; classes that go alike share one."""
    alike: dict[str, list[str]] = {}
    for name in (*titles, *(each for each in verdict.classes if each not in titles)):
        if name in verdict.classes:
            title = titles.get(name, same(name)) if name else OTHER_SERVICES
            ways = joined(" · ", _ways(verdict.classes[name], done)).say(language)
            alike.setdefault(ways, []).append(title.say(language))
    for ways, shared in alike.items():
        yield f"{from_capital(', '.join(shared))}: {ways}"


def limit_text(drops: int, unforetold: int, limit: int, lifted: bool = False) -> Text | None:
    """Whether the limit on drops holds something of the plan up, which it does not where a yes to the plan has it
    `lifted`; None where nothing is lowered."""
    if not drops:
        return None
    if not unforetold:
        return Text(
            "These drops are known beforehand, so the drop limit does not hold them up.",
            "Эти снижения известны заранее, лимит снижений их не задержит.",
        )
    if unforetold <= limit:
        return Text(
            "Discounts that drop though nothing foretold it: {count}; the drop limit, {limit}, does not stop them.",
            "Скидок, которые снизятся не по прогнозу: {count}; лимит снижений — {limit}, пересчёт он не остановит.",
        )(count=unforetold, limit=limit)
    if lifted:
        return Text(
            "Discounts that drop though nothing foretold it: {count}, the drop limit is {limit}: it will be exceeded, "
            "these drop, too.",
            "Скидок, которые снизятся не по прогнозу: {count}, лимит снижений — {limit}: он будет превышен, эти скидки "
            "тоже снизятся или отменятся.",
        )(count=unforetold, limit=limit)
    return Text(
        "Discounts that drop though nothing foretold it: {count}, the drop limit is {limit}: these stay as they are "
        "until somebody lets the limit be exceeded once.",
        "Скидок, которые снизятся не по прогнозу: {count}, лимит снижений — {limit}: эти скидки останутся как есть, "
        "пока лимит не разрешат превысить один раз.",
    )(count=unforetold, limit=limit)


def _ways(
    counts: Mapping[Way, int], done: bool, foretold: Mapping[Way, int] | None = None, first: bool = False
) -> list[Text]:
    """The `first` of them says in Russian what of, and of whom."""
    found: list[Text] = []
    for way, text in (_DID if done else _WILL).items():
        count = counts.get(way, 0)
        if not count:
            continue
        leads = first and not found
        whom = Text(str(count), clients(count).ru if leads else str(count))
        said = text(whom=whom)
        if foretold is not None and way.lowers and foretold.get(way, 0) < count:
            said = (_FORETOLD if foretold.get(way, 0) else _NONE_FORETOLD)(way=said, count=foretold.get(way, 0))
        found.append(Text(said.en, f"скидки {said.ru}".capitalize()) if leads else said)
    return found
