"""What a reseller reads first: the tier, the discounts in effect, what is missing to the next tier, the day it ends.

Said as plain sentences, for programs and for a page that only has these, and drawn with the figures large and a bar.
Colours and letters are the panel's own: nothing says which there are, so all is drawn in the colour of its text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from string import Formatter

from lxml import etree

from ...programme import figures
from ...programme.forecast import NEXT_DAY, Ahead, Forecast, Keep, Outlook
from ...programme.text import Text, joined, same
from ...programme.tiers import Tier
from ...programme.values import dataclass
from ...programme.window import later
from ...words.lags import STILL_UPDATING
from ...words.openings import you_brought
from ...words.tables import percent_steps
from .reseller import Reseller

_HEADLINES = {
    "tier": Text("Your tier: {tier}", "Ваш статус: {tier}"),
    "pinned": Text("Your tier: {tier}", "Ваш статус: {tier}"),
    "below": Text("No tier yet", "Статуса пока нет"),
    "uncounted": Text("We are adding up your turnover", "Считаем ваш оборот"),
    "not_a_member": Text("You are not in the reseller program", "Вы не участвуете в реселлерской программе"),
    "excluded": Text("You are not in the reseller program", "Вы не участвуете в реселлерской программе"),
    "left": Text("You left the program", "Вы вышли из программы"),
    "withdrawn": Text("The program is not active now", "Программа сейчас не действует"),
    "not_started": Text("The reseller program has not started yet", "Реселлерская программа ещё не запущена"),
}
_OUTSIDE = {
    "uncounted": Text("Refresh in a few minutes.", "Обновите страницу через несколько минут."),
    "not_a_member": Text(
        "It gives discounts that grow with your turnover. See “Discount table” and “How it works”.",
        "Она даёт скидки, которые растут вместе с оборотом. Условия — на страницах «Таблица скидок» и «Как это "
        "работает».",
    ),
    "excluded": Text(
        "Your provider chose this; payments and other discounts are not affected. Questions: contact support.",
        "Так решил провайдер; на платежи и другие скидки это не влияет. Вопросы — в поддержку.",
    ),
    "left": Text(
        "Promo codes work again, suspended discounts are being restored.",
        "Промокоды снова действуют, приостановленные скидки возвращаются.",
    ),
    "withdrawn": Text(
        "Its discounts are removed, earlier ones restored.", "Её скидки отменены, прежние восстановлены."
    ),
    "not_started": Text(
        "Until it starts, your prices, discounts and promo codes stay as they are. See “Discount table” and “How it "
        "works”.",
        "До запуска цены, скидки и промокоды остаются прежними. Условия — на страницах «Таблица скидок» и «Как это "
        "работает».",
    ),
}
_ASK = Text(
    "Your provider decides who joins: contact support.",
    "Участников определяет провайдер: чтобы вступить, обратитесь в поддержку.",
)
_TURNOVER = Text("Turnover from {first} to {last}: {turnover}.", "Оборот с {first} по {last} — {turnover}.")
_MISSING = Text("{missing} more to reach {target}.", "До {target} не хватает {missing}.")
_HIGHEST = Text("There is no higher tier.", "Это самый высокий статус.")
_KEPT = Text(
    "If you add nothing, you keep it through {day}.",
    "Если ничего не вносить, статус сохранится по {day} включительно.",
)
_BELOW = Text(
    "Turnover from {first} to {last}: {turnover}. The first tier, {target}, starts at {threshold}: add {missing} and "
    "you get its discounts as soon as the payment is credited.",
    "Оборот с {first} по {last} — {turnover}. Первый статус, {target}, начинается с {threshold}: внесите ещё "
    "{missing}, и скидки появятся сразу после зачисления.",
)
_PINNED = {
    "exactly": Text(
        "It is yours through {until}, whatever your turnover.",
        "Провайдер закрепил его за вами по {until} включительно: до этого дня он не зависит от оборота.",
    ),
    "rises": Text(
        "It is yours through {until}: it can't drop until then, and rises to {target} at a turnover of {threshold}.",
        "Провайдер закрепил его за вами по {until} включительно: до этого дня статус не снизится, а с оборотом от "
        "{threshold} повысится до {target}.",
    ),
    "highest": Text(
        "It is yours through {until}: it can't drop until then.",
        "Провайдер закрепил его за вами по {until} включительно: до этого дня статус не снизится.",
    ),
}
_AFTER_PIN = Text(
    "After that it follows your turnover again; now {turnover}.",
    "Потом статус снова определит оборот; сейчас он {turnover}.",
)
_DROPS = Text("Your tier drops to {tier} on {day}", "{day} статус снизится до {tier}")
_ENDS = Text("Your program discounts end on {day}", "{day} скидки программы закончатся")
_BY_TIER = Text("by tier {percent}", "по статусу {percent}")
_AS_IT_IS = same("{said}")
_ON_THE_WAY = Text("{turnover} of {threshold}, {target}", "{turnover} из {threshold}, {target}")

_LARGE = "font-size:1.5em;font-weight:600;white-space:nowrap"
_QUIET = "opacity:.75"
_TILES = "display:grid;grid-template-columns:repeat(auto-fit,minmax(90px,max-content));gap:8px 24px;margin:0 0 12px"
_LEAST = 1
"""A bar that has begun is seen."""


@dataclass(frozen=True)
class Sentence:
    """A text with its figures, of which some stand out."""

    text: Text
    values: Mapping[str, str] = field(default_factory=dict)
    large: Collection[str] = ()
    is_quiet: bool = False

    def say(self, language: str) -> str:
        return self.text(**self.values).say(language)

    def draw(self, parent: etree._Element, language: str) -> None:
        line = etree.SubElement(parent, "p", style=f"margin:0 0 8px;{_QUIET if self.is_quiet else ''}")
        for words, name, _, _ in Formatter().parse(self.text.say(language)):
            _write(line, words)
            if name in self.large:
                etree.SubElement(line, "b", style=_LARGE).text = self.values[str(name)]
            elif name:
                _write(line, self.values[name])


class Facts:
    """Of one who takes part, in order of what they ask first."""

    def __init__(self, me: Reseller, outlook: Outlook, target: Tier | None) -> None:
        """`target` is the tier that a payment shall reach, None where none does."""
        self._me, self._outlook, self._target, self._language = me, outlook, target, me.language

    @cached_property
    def _forecast(self) -> Forecast:
        return self._me.forecast(self._outlook)

    # --- what comes ---

    @cached_property
    def change(self) -> Ahead | None:
        """The client's own next one: what another table changes is told apart."""
        return next((each for each in self._ahead if each.is_own), None)

    @cached_property
    def by_table(self) -> Ahead | None:
        """What another table changes for the client, whatever becomes of their own turnover."""
        return next((each for each in self._ahead if each.is_by_table), None)

    @property
    def _ahead(self) -> Iterator[Ahead]:
        return (change for change in self._forecast.changes() if change.day > self._me.today)

    @cached_property
    def keep(self) -> Keep | None:
        return self._forecast.keep(self.change) if self.change else None

    @property
    def is_falling(self) -> bool:
        """Whether it is time to do something: the tier drops within the days of a warning."""
        change, me = self.change, self._me
        return bool(change and self._ends and change.day <= later(me.today, me.settings.warn_days))

    @property
    def _ends(self) -> bool:
        """Whether the change is the end of what is held: not so while nothing recalculates and its day is over."""
        change, held = self.change, self._me.name(self._me.tier)
        return bool(change and change.falls_by_itself and self._me.name(change.before) == held)

    def warning(self) -> str:
        """'21.01.2025 статус снизится до Partner #7: VPS 19 → 17 %. Чтобы сохранить Partner #8, внесите …'"""
        change, me = self.change, self._me
        if change is None or not self.is_falling:
            return ""
        told = (_DROPS if change.own else _ENDS)(tier=me.name(change.own), day=figures.day(change.day))
        steps = ", ".join(percent_steps(change.before, change.own, me.visit.titles, me.language)) if change.own else ""
        said = f"{told.say(me.language)}: {steps}." if steps else f"{told.say(me.language)}."
        return f"{said} {me.kept(self.keep)}" if self.keep else said

    # --- in words ---

    def sentences(self) -> Iterator[Sentence]:
        """What there is to read, in this order."""
        if self._me.state == "below" and self._target:
            yield Sentence(_BELOW, self._values, ("missing",))
        elif self._me.state == "pinned":
            if self._target:
                yield Sentence(_MISSING, self._values, ("missing",))
            yield from self._pinned()
        else:
            yield Sentence(_TURNOVER, self._values, is_quiet=True)
            yield Sentence(_MISSING, self._values, ("missing",)) if self._target else Sentence(_HIGHEST)
            yield from self._until()
        if self._outlook.opening:
            amount, until = self._outlook.opening
            yield Sentence(you_brought(self._me.money_said(amount), until), is_quiet=True)

    def _pinned(self) -> Iterator[Sentence]:
        pin = self._outlook.pin
        yield Sentence(
            _PINNED["exactly" if pin and pin.exactly else "rises" if self._target else "highest"], self._values
        )
        yield Sentence(_AFTER_PIN, self._values)

    def _until(self) -> Iterator[Sentence]:
        """The last day of the tier and what keeps it, where a warning does not tell it."""
        change = self.change
        if change is None or not self._ends or self.is_falling:
            return
        yield Sentence(_KEPT, {"day": self._me.day_said(change.day - NEXT_DAY)}, ("day",))
        if self.keep:
            yield Sentence(_AS_IT_IS, {"said": self._me.kept(self.keep)}, is_quiet=True)

    @cached_property
    def _values(self) -> dict[str, str]:
        me, forecast, target = self._me, self._forecast, self._target
        window, pin = forecast.window(self._outlook.day), self._outlook.pin
        return {
            "first": me.day_said(window.first),
            "last": me.day_said(window.last),
            "turnover": me.money_said(self._turnover),
            "target": me.name(target),
            "threshold": me.money_said(target.threshold) if target else "",
            "missing": me.money_said(forecast.missing(target, me.today)) if target else "",
            "until": me.day_said(pin.until) if pin else "",
        }

    @property
    def _turnover(self) -> Decimal:
        return self._forecast.turnover(self._outlook.day)

    # --- drawn ---

    def html(self) -> str:
        """The same with its figures large, the discounts before all. Whatever the texts hold is text."""
        whole = _headed(self._me)
        self._draw_discounts(whole)
        for each in self.sentences():
            each.draw(whole, self._language)
            if "missing" in each.large:
                self._draw_bar(whole)
        return _html(whole)

    def _draw_discounts(self, parent: etree._Element) -> None:
        """A percent for each class that has one, in effect, and by tier where that is another."""
        me = self._me
        percents = me.standing.percents if me.standing else {}
        row = etree.SubElement(parent, "div", style=_TILES)
        for name in {**dict.fromkeys(me.visit.titles), **percents}:
            lag, percent = me.lags.get(name), percents.get(name, Decimal(0))
            if not lag and not percent:
                continue
            tile = etree.SubElement(row, "div")
            now = figures.percent(lag.now if lag else percent)
            etree.SubElement(tile, "div", style=_LARGE).text = now.say(me.language)
            by_tier = _BY_TIER(percent=figures.percent(lag.follows)).say(me.language) if lag else ""
            caption = ", ".join(filter(None, (me.title(name), by_tier)))
            etree.SubElement(tile, "div", style=f"font-size:.85em;{_QUIET}").text = caption
        if not len(row):
            parent.remove(row)

    def _draw_bar(self, parent: etree._Element) -> None:
        """From the tier that the turnover earns to the target; said for who does not see it."""
        target, tier = self._target, self._me.table.tier_for(self._turnover)
        if target is None:
            return
        start = tier.threshold if tier and tier.threshold < target.threshold else Decimal(0)
        share = round(100 * (self._turnover - start) / (target.threshold - start))
        share = max(_LEAST if self._turnover > start else 0, min(share, 100))
        said = _ON_THE_WAY(**{name: self._values[name] for name in ("turnover", "threshold", "target")})
        bar = etree.SubElement(
            parent,
            "div",
            {"role": "img", "aria-label": said.say(self._language)},
            style="display:flex;height:12px;border-radius:6px;overflow:hidden",
        )
        for part, opacity in ((share, ".7"), (100 - share, ".15")):
            etree.SubElement(bar, "div", style=f"flex:{part} 0 0;background:currentColor;opacity:{opacity}")
        ends = etree.SubElement(
            parent, "div", style=f"display:flex;justify-content:space-between;margin:2px 0 10px;{_QUIET}"
        )
        for of, amount, side in ((tier, start, "left"), (target, target.threshold, "right")):
            end = etree.SubElement(ends, "div", style=f"text-align:{side}")
            end.text = self._me.money_said(amount)
            if of:
                etree.SubElement(end, "br").tail = of.name


def headline(me: Reseller) -> str:
    """Where the client stands, and whether the panel has not taken it yet."""
    said = _HEADLINES[me.state](tier=me.name(me.tier))
    return joined(". ", [said, *([STILL_UPDATING] if me.lags else [])]).say(me.language)


def outside(me: Reseller) -> list[Sentence]:
    """What there is to know for one who takes no part."""
    asks = me.state == "not_a_member" and not me.settings.joining
    return [Sentence(_OUTSIDE[me.state]), *([Sentence(_ASK)] if asks else [])]


def drawn(me: Reseller, sentences: Iterable[Sentence]) -> str:
    """Sentences below their headline."""
    whole = _headed(me)
    for each in sentences:
        each.draw(whole, me.language)
    return _html(whole)


def _headed(me: Reseller) -> etree._Element:
    whole = etree.Element("div", style="font-size:16px;line-height:1.45")
    etree.SubElement(whole, "p", style="font-size:1.3em;font-weight:600;margin:0 0 8px").text = headline(me)
    return whole


def _html(whole: etree._Element) -> str:
    return etree.tostring(whole, encoding="unicode", method="html")


def _write(parent: etree._Element, text: str) -> None:
    """Behind what is there."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
