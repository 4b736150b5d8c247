"""`resellerprogram.my.how`: how the programme works, from the settings in force. For clients; no panel call."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ...programme.figures import months
from ...programme.text import Text
from ...words.caps import caps_text
from .. import documents
from ..documents import Cell, Row
from ..visit import Visit
from .reseller import Reseller

_LINES: tuple[tuple[str, Text, Text], ...] = (
    (
        "counts",
        Text("What counts", "Что учитывается"),
        Text(
            "Your payments credited from the same day {ago} up to today, both days included.",
            "Платежи, зачисленные с того же числа {ago} по сегодняшний день включительно.",
        ),
    ),
    (
        "does_not_count",
        Text("What does not", "Что не учитывается"),
        Text(
            "Promised payments, cashback and certificates; payments that are being refunded, "
            "refunded, fraudulent or cancelled{methods}. A refund is subtracted once. Orders and "
            "expenses play no part.",
            "Обещанные платежи, кэшбэк и сертификаты; платежи, ожидающие возврата, возвращённые, мошеннические и "
            "отменённые{methods}. Возврат вычитается один раз. Заказы и расходы не учитываются.",
        ),
    ),
    (
        "date",
        Text("Which date", "Какая дата"),
        Text(
            "The day on which a payment was credited, by the provider's clock. Where that month has no such "
            "day, payments "
            "count from its last day.",
            "День зачисления платежа по времени провайдера. Если в том месяце нет такого числа, "
            "отсчёт идёт с его последнего дня.",
        ),
    ),
    (
        "currency",
        Text("Currency", "Валюта"),
        Text(
            "{currency}. Payments in another currency count at the provider's rate of the day on which they "
            "were credited; "
            "a rate that was used once stays. Without a rate they don't count.",
            "{currency}. Платежи в другой валюте пересчитываются по курсу провайдера на день зачисления; один раз "
            "применённый курс не меняется. Без курса они не учитываются.",
        ),
    ),
    (
        "rises",
        Text("When your tier rises", "Когда статус повышается"),
        Text(
            "As soon as the payment that reaches a threshold is credited.",
            "Сразу после зачисления платежа, с которым оборот достигает порога.",
        ),
    ),
    (
        "falls",
        Text("When your tier drops", "Когда статус снижается"),
        Text(
            "At night, when old payments leave the period; at once on a refund. No discount carries "
            "over. “Forecast” shows each day beforehand.",
            "Ночью, когда старые платежи выходят из периода, и сразу при возврате платежа. На "
            "следующий период скидка не переносится. Дни заранее видны на странице «Прогноз».",
        ),
    ),
    (
        "order",
        Text("The order that raises your tier", "Заказ, после которого статус вырастет"),
        Text(
            "It is priced at the old discount. Add funds first, then order.",
            "Его цена — по прежней скидке. Чтобы получить новую, сначала пополните баланс.",
        ),
    ),
    (
        "renewals",
        Text("Renewals", "Продления"),
        Text(
            "The discounts apply to orders and to renewals. What is charged daily has the discount of each day.",
            "Скидки действуют и на заказы, и на продления. Если услуга списывается каждый день, "
            "скидка берётся на этот день.",
        ),
    ),
)
_PROMO_CODES = {
    True: Text("They can't be used while you have a tier.", "Не применяются, пока у вас есть статус."),
    False: Text("They work beside the program.", "Действуют вместе с программой."),
}
_OTHERS = {
    True: Text(
        "They are suspended while you have a tier, and come back unchanged when it ends.",
        "Приостанавливаются, пока у вас есть статус, и возвращаются без изменений, когда он закончится.",
    ),
    False: Text("They stay as they are.", "Остаются как есть."),
}
_JOINING = {
    True: Text(
        "You may join and leave by yourself, on the page “My tier”.",
        "Вступить и выйти можно самостоятельно, на странице «Мой статус».",
    ),
    False: Text("Your provider decides who joins.", "Участников определяет провайдер."),
}


def how(visit: Visit) -> etree._Element:
    """The rules as a table, and as data."""
    me = Reseller(visit)
    settings = me.settings
    return documents.form_page(
        visit.document,
        {
            "months": str(settings.window_months),
            "currency": settings.currency,
            "excluded_payment_methods": ",".join(settings.excluded_payment_methods),
            "promo_codes": "refuse" if settings.exclusive.promo_codes_refused else "allow",
            "other_discounts": "set_aside" if settings.exclusive.others_set_aside else "leave",
            "joining": "on" if settings.joining else "off",
        },
        tables={"rules": _rules(me), "caps": me.capped(me.caps_of_table)},
    )


def _ago(count: int) -> Text:
    if count == 1:
        return Text("of last month", "прошлого месяца")
    return Text("{months} ago", "{months} назад")(months=months(count))


def _rules(me: Reseller) -> Iterator[Row]:
    settings, excluded = me.settings, ", ".join(me.settings.excluded_payment_methods)
    methods = Text("; the payment methods {names}", "; методы оплаты {names}")(names=excluded) if excluded else ""
    values: dict[str, Text | str] = {
        "ago": _ago(settings.window_months),
        "currency": settings.currency,
        "methods": methods,
    }
    exclusive = settings.exclusive
    for name, topic, text in (
        *((name, topic, text(**values)) for name, topic, text in _LINES),
        ("promo_codes", Text("Promo codes", "Промокоды"), _PROMO_CODES[exclusive.promo_codes_refused]),
        ("other_discounts", Text("Other discounts", "Другие скидки"), _OTHERS[exclusive.others_set_aside]),
        ("joining", Text("Participation", "Участие"), _JOINING[settings.joining]),
        *_caps(me),
    ):
        yield {"topic": Cell(topic.say(me.language), raw=name), "rule": text.say(me.language)}


def _caps(me: Reseller) -> Iterator[tuple[str, Text, Text]]:
    """What gets less than the table says, where anything does."""
    if me.caps_of_table:
        yield (
            "caps",
            Text("Services with a highest discount", "Услуги с наибольшей скидкой"),
            Text(
                "These get the discount of your tier, but no more than this. {caps}.",
                "На них действует скидка вашего статуса, но не больше указанной. {caps}.",
            )(caps=caps_text(me.caps_of_table)),
        )
