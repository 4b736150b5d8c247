"""How many, whose, what comes back: in both languages, with the right plurals."""

from __future__ import annotations

from decimal import Decimal

from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.ids import AccountId, Scope
from resellerprogram.programme.losses import Loss
from resellerprogram.programme.text import Text, same
from resellerprogram.programme.tiers import ServiceClass
from resellerprogram.words.losses import loss_text, stopped_by_limit, understood, what_text, whose_text
from resellerprogram.words.people import first_names


def loss(clients: int, ended: int, lowered: int = 0, put_back: int = 0) -> Loss:
    return Loss(frozenset(map(AccountId, range(1, clients + 1))), ended, lowered, put_back)


def test_what_is_lost_and_what_comes_back_is_one_sentence() -> None:
    many = loss_text(loss(132, 396, put_back=8))
    assert many.en == "132 clients lose their program discounts (396); suspended discounts that are restored: 8."
    assert many.ru == (
        "Скидки программы отменятся у 132 клиентов (скидок: 396); восстановится приостановленных скидок: 8."
    )
    one = loss_text(loss(1, 3))
    assert (one.en, one.ru) == (
        "1 client loses its program discounts (3).",
        "Скидки программы отменятся у 1 клиента (скидок: 3).",
    )
    assert loss_text(loss(21, 3, 60)).ru == (
        "Скидки программы отменятся или снизятся у 21 клиента (отменится: 3, снизится: 60)."
    )
    lower = loss_text(loss(1, 0, 3))
    assert (lower.en, lower.ru) == (
        "Program discounts get smaller for 1 client (3).",
        "Скидки программы снизятся у 1 клиента (скидок: 3).",
    )
    assert loss_text(loss(2, 1, 1)).en == "Program discounts end or get smaller for 2 clients (end: 1, smaller: 1)."
    assert loss_text(Loss(put_back=2)).en == "Suspended discounts that are restored: 2."
    assert loss_text(Loss()).en == "Nobody's discounts end or get smaller."
    assert loss_text(Loss(put_back=2)).ru == "Восстановится приостановленных скидок: 2."
    assert understood(loss(2, 6)).ru == "Понимаю: скидки программы отменятся у 2 клиентов (скидок: 6)"


def test_the_first_ten_are_named_and_how_many_more_there_are() -> None:
    names = {number: f"Client {number}" for number in range(1, 20)}
    assert first_names(loss(2, 1).clients, {1: "Ромашка"}).en == "1 Ромашка, 2"
    told = whose_text(loss(132, 396), names)
    assert told is not None
    assert told.en.startswith("Clients: 1 Client 1, 2 Client 2, ")
    assert told.en.endswith("10 Client 10 and 122 more.")
    assert told.ru.endswith("10 Client 10 и ещё 122.")
    assert whose_text(Loss(put_back=1), names) is None


def test_of_one_client_it_is_told_which_discounts_end_or_get_smaller() -> None:
    vps, ssl = ServiceClass("vps"), ServiceClass("ssl")
    changes = [
        PlainChange(Scope("it_3"), "certificate", Decimal(3), None),
        PlainChange(Scope("it_1"), "vds", Decimal(19), Decimal(17)),
    ]
    titles = {vps: same("VPS"), ssl: Text("SSL certificates", "SSL-сертификаты")}
    told = what_text(loss(1, 1, 1), {1: "Ромашка"}, changes, {"vds": vps, "certificate": ssl}, titles)
    assert told.en == "Client 1 Ромашка: VPS 19\xa0→\xa017\u202f%; SSL certificates 3\u202f%\xa0→\xa0none."
    assert told.ru == "Клиент 1 Ромашка: VPS 19\xa0→\xa017\u202f%; SSL-сертификаты 3\u202f%\xa0→\xa0нет."


def test_the_limit_is_named_where_it_holds_it_up() -> None:
    assert stopped_by_limit(loss(3, 9), 10) is None
    held_up = stopped_by_limit(loss(5, 12), 10)
    assert held_up is not None
    assert held_up.ru.startswith("Лимит снижений — 10: пересчёт оставит эти скидки как есть")
