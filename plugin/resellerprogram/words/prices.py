"""What a client reads of their prices."""

from __future__ import annotations

from ..programme.figures import counted
from ..programme.prices import Period
from ..programme.text import Text, same

NONE, UNKNOWN = Text("none", "нет"), Text("unknown", "неизвестно")
SHORTEST, ALL = Text("Shortest", "Кратчайший"), Text("All", "Все")
OUTSIDE = {
    "uncounted": Text(
        "We are adding up your turnover. Refresh in a few minutes.",
        "Считаем ваш оборот. Обновите страницу через несколько минут.",
    ),
    "not_a_member": Text(
        "You are not in the reseller program: it gives no discounts on your orders.",
        "Вы не участвуете в реселлерской программе: её скидки на ваши заказы не действуют.",
    ),
    "left": Text(
        "You left the program: its discounts don't apply to your orders.",
        "Вы вышли из программы: её скидки на ваши заказы не действуют.",
    ),
    "withdrawn": Text(
        "The program is not active now. Its discounts are removed.",
        "Программа сейчас не действует. Её скидки отменены.",
    ),
    "not_started": Text(
        "The reseller program has not started yet: your prices stay as they are.",
        "Реселлерская программа ещё не запущена: ваши цены не изменились.",
    ),
}
OUTSIDE["excluded"] = OUTSIDE["not_a_member"]
"""By the client's state, for who has no discounts of the programme."""
HOLDS, BELOW = Text("Your tier: {tier}.", "Ваш статус: {tier}."), Text("No tier yet.", "Статуса пока нет.")
NEXT = Text(
    "{amount} more to reach {tier}: what you would pay then is in the columns with its name.",
    "До {tier} не хватает {amount}: цены с этим статусом — в столбцах с его названием.",
)
FIXED = Text(
    "Your tier doesn't depend on your turnover through {until}, so no next tier is shown.",
    "По {until} включительно статус не зависит от оборота, поэтому следующий статус не показан.",
)
HIGHEST = Text("No tier gives you higher discounts.", "Более высоких скидок для вас в таблице нет.")
AS_OF = Text(
    "List prices as of {at}, without extras and promotions.", "Цены тарифов — на {at}, без дополнений и промоакций."
)
NO_PRICES = Text(
    "The panel has not told list prices, so only discounts are shown.",
    "Цен тарифов панель не сообщила, поэтому показаны только скидки.",
)
OTHERS = Text("Your other personal discounts are left out.", "Другие ваши персональные скидки здесь не учтены.")
NEXT_PRICE, NEXT_PERCENT = Text("Price: {tier}", "Цена: {tier}"), Text("Discount: {tier}", "Скидка: {tier}")

NOT_TOLD = Text(
    "Unknown: the panel doesn't tell which discounts reduced your charges.",
    "Неизвестно: панель не сообщает, какие скидки уменьшили ваши списания.",
)
NOTHING_SAVED = Text(
    "From {first} through {last} nothing was charged with a program discount.",
    "С {first} по {last} включительно списаний со скидкой программы не было.",
)
SAVED = Text("From {first} through {last}: {saved}.", "С {first} по {last} включительно: {saved}.")
AT_NOW = Text("With your discounts of today it would be {amount}.", "С нынешними скидками было бы {amount}.")
AT_NEXT = Text("With {tier} it would be {amount}.", "Со статусом {tier} было бы {amount}.")
NOT_AT_NEXT = Text(
    "What it would be with {tier} can't be told from these charges.",
    "Сколько было бы со статусом {tier}, по этим списаниям не определить.",
)
_FORMS = {
    "hour": (("hour", "hours"), ("час", "часа", "часов")),
    "day": (("day", "days"), ("день", "дня", "дней")),
    "week": (("week", "weeks"), ("неделя", "недели", "недель")),
    "month": (("month", "months"), ("месяц", "месяца", "месяцев")),
    "year": (("year", "years"), ("год", "года", "лет")),
}


def period_text(period: Period) -> Text:
    """'1 month', '1 год'; a period of another kind by the panel's own name."""
    unit, length = period.unit, period.length
    if unit == "month" and not length % 12:
        unit, length = "year", length // 12
    if unit == "lifetime":
        return Text("for good", "бессрочно")
    return counted(length, *_FORMS[unit]) if unit in _FORMS else same(unit)
