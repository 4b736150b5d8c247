"""What is in place and what follows, in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..programme.figures import percent
from ..programme.lags import Lag
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from .lines import Titles, listed


def lag_text(lag: Lag) -> Text:
    """'21 %; 25 % follows', 'none; 3 % follows', '3 %; ends'."""
    now = _percent_or_none(lag.now)
    if not lag.follows:
        return Text("{now}; ends", "{now}; отменится")(now=now)
    return Text("{now}; {follows} follows", "{now}; {follows} будет")(now=now, follows=percent(lag.follows))


STILL_UPDATING = Text("Discounts are still being updated", "Скидки ещё обновляются")


def still_updating(lags: Mapping[ServiceClass, Lag], titles: Titles) -> Text:
    """What the client reads beside `STILL_UPDATING`."""
    return Text(
        "In effect now: {now}. By tier: {follows}. Orders and renewals are priced at the discount in effect. We keep "
        "trying; if nothing has changed in an hour, contact support.",
        "Сейчас действует: {now}. По статусу: {follows}. Заказы и продления пока считаются по действующей скидке. "
        "Обновляем автоматически; если через час ничего не изменится, напишите в поддержку.",
    )(**_now_and_then(lags, titles))


def _now_and_then(lags: Mapping[ServiceClass, Lag], titles: Titles) -> dict[str, Text]:
    return {
        "now": listed({name: _percent_or_none(lag.now) for name, lag in lags.items()}, titles),
        "follows": listed({name: _percent_or_none(lag.follows) for name, lag in lags.items()}, titles),
    }


def _percent_or_none(value: Decimal) -> Text:
    return percent(value) if value else Text("none", "нет")


def not_taken(lags: Mapping[ServiceClass, Lag], titles: Titles) -> Text:
    """What an administrator reads: 'The panel has not saved all discounts yet. In effect: VPS 21 %. By tier: …'"""
    return Text(
        "The panel has not saved all discounts yet. In effect: {now}. By tier: {follows}.",
        "Панель сохранила ещё не все скидки. Действует: {now}. По статусу: {follows}.",
    )(**_now_and_then(lags, titles))
