"""What goes wrong between us and the panel.

PanelError
├── TransportError               there is no answer to trust
│   ├── PanelUnreachable         mgrctl missing or failed, connection refused, TLS not verified
│   ├── PanelTimeout             the panel did not answer in time
│   └── BadAnswer                something came, but not what the panel's contract promises
│       ├── EmptyAnswer
│       ├── HtmlAnswer           a page for people (login, proxy error) instead of XML
│       ├── TruncatedAnswer
│       ├── BrokenXml
│       └── IncompleteAnswer     well-formed, but lacks a row, a column or the word that it succeeded
├── UnreadableRow                one payment can't be read; the trouble of its account alone
└── PanelRefusal                 the panel's own error document: type, object, value, message
    ├── MissingObject            type="missed", or type="value" about elid
    ├── InvalidValue             type="value"
    ├── AlreadyExists            type="exists"
    ├── AccessDenied             type="access"
    └── NotAuthenticated         type="auth"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..programme.errors import ResellerProgrammeError
from ..programme.ids import AccountId, PaymentId
from ..programme.text import Text, short
from ..programme.values import dataclass

LONGEST_MESSAGE, _LONGEST_CALL, _LONGEST_VALUE = 500, 400, 100
"""What the panel says may have any length, and lines of its own; logs, the queue and pages get this much of it."""
SECRETS = frozenset({"auth", "authinfo", "key", "password", "passwd", "confirm"})


@dataclass(frozen=True)
class Call:
    """One call of a panel function. `repeatable` calls may be sent again when no answer came."""

    function: str
    params: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True

    def __str__(self) -> str:
        shown = (
            f"{name}={'***' if name in SECRETS else short(value, _LONGEST_VALUE)}"
            for name, value in self.params.items()
            if value
        )
        return short(" ".join((self.function, *shown)), _LONGEST_CALL)


_NOT_SAVED = Text(
    "the panel did not save the discount ({kind}): {message}", "панель не сохранила скидку ({kind}): {message}"
)
CHANGES_A_DISCOUNT = {
    "account.discount.add.product": _NOT_SAVED,
    "account.discount.edit": _NOT_SAVED,
    "account.discount.delete": Text(
        "the panel did not delete the discount ({kind}): {message}", "панель не удалила скидку ({kind}): {message}"
    ),
}
"""What a refusal means to whoever reads it, where more is known than that there was one."""


class PanelError(ResellerProgrammeError):
    """Base of the tree; `call` is what was asked, shown without secrets."""

    def __init__(self, text: Text, call: Call) -> None:
        super().__init__(Text("{text} [call: {call}]", "{text} [вызов: {call}]")(text=text, call=str(call)))
        self.call, self.what_happened = call, text


class TransportError(PanelError):
    """There is no answer to trust; for a write it is not known whether it happened."""


class PanelUnreachable(TransportError):
    """The panel could not be asked at all."""

    def __init__(self, why: object, call: Call) -> None:
        """`why` in our words where it is a text, else in those of whoever could not reach it."""
        told = why if isinstance(why, Text) else short(why, LONGEST_MESSAGE)
        super().__init__(Text("the panel can't be reached: {why}", "панель недоступна: {why}")(why=told), call)


class PanelTimeout(TransportError):
    """The panel did not answer within `seconds`."""

    def __init__(self, seconds: float, call: Call) -> None:
        super().__init__(
            Text("the panel did not answer within {seconds} s", "панель не ответила за {seconds} с")(
                seconds=f"{seconds:g}"
            ),
            call,
        )


class BadAnswer(TransportError):
    """Something came, but not what the panel's contract promises."""

    what = Text("the panel's answer can't be used", "ответ панели непригоден")

    def __init__(self, call: Call, detail: object = "") -> None:
        """`detail` in our words where it is a text, else as the panel wrote it."""
        shown = detail if isinstance(detail, Text) else short(detail, LONGEST_MESSAGE)
        told = Text("{what}: {detail}", "{what}: {detail}")(what=self.what, detail=shown)
        super().__init__(told if detail else self.what, call)


class EmptyAnswer(BadAnswer):
    what = Text("the panel's answer is empty", "ответ панели пуст")


class HtmlAnswer(BadAnswer):
    what = Text(
        "a web page came instead of the panel's XML (a login form or a proxy's error page?)",
        "вместо XML панели пришла веб-страница (форма входа или ошибка прокси?)",
    )


class TruncatedAnswer(BadAnswer):
    what = Text("the panel's answer breaks off", "ответ панели обрывается")


class BrokenXml(BadAnswer):
    what = Text("the panel's answer is not well-formed XML", "ответ панели — не XML")


class IncompleteAnswer(BadAnswer):
    what = Text("the panel's answer lacks something", "в ответе панели чего-то не хватает")


class UnreadableRow(PanelError):
    """A payment of a list can't be read, also not by asking the panel about it alone.

    It concerns the account that it belongs to (None where the list does not tell) and nobody else. `payment` is None
    for a row without a usable id; `shown` is the whole row, to see later whether it is as before.
    """

    def __init__(self, payment: PaymentId | None, account: AccountId | None, why: PanelError, shown: str = "") -> None:
        whose = Text("payment {payment} of client {account}", "платёж {payment} клиента {account}")
        anybody = Text("payment {payment}", "платёж {payment}")
        subject = (anybody if account is None else whose)(payment=payment or "?", account=account or "?")
        super().__init__(
            Text(
                "{subject} can't be read, look at it in the panel: {why}",
                "{subject} не читается, проверьте его в панели: {why}",
            )(subject=subject, why=why.what_happened),
            why.call,
        )
        self.payment, self.account, self.shown = payment, account, shown


class PanelRefusal(PanelError):
    """The panel's own error document."""

    def __init__(self, kind: str, concerning: str, value: str, message: str, call: Call) -> None:
        kind, concerning, value = (short(each, _LONGEST_VALUE) for each in (kind, concerning, value))
        message = short(message, LONGEST_MESSAGE)
        refused = Text("the panel refused ({kind}): {message}", "панель отказала ({kind}): {message}")
        if call.function in CHANGES_A_DISCOUNT and ("sok" in call.params or call.function.endswith("delete")):
            refused = CHANGES_A_DISCOUNT[call.function]
        super().__init__(
            refused(kind=" ".join(part for part in (kind, concerning, value) if part), message=message or "-"),
            call,
        )
        self.kind, self.concerning, self.value, self.message = kind, concerning, value, message


class MissingObject(PanelRefusal):
    """The object is not there (any more)."""


class InvalidValue(PanelRefusal):
    """A parameter has a value that the panel does not take."""


class AlreadyExists(PanelRefusal):
    """Such an object is there already."""


class AccessDenied(PanelRefusal):
    """The caller may not use the function; as root it may need an employee (setting `employee`)."""


class NotAuthenticated(PanelRefusal):
    """The session is unknown or has ended."""


_REFUSALS: Mapping[str, type[PanelRefusal]] = {
    "missed": MissingObject,
    "value": InvalidValue,
    "exists": AlreadyExists,
    "access": AccessDenied,
    "auth": NotAuthenticated,
}


def refusal(kind: str, *details: Any) -> PanelRefusal:
    """The exception for an error document of type `kind`. A value error about `elid` means that it is not there."""
    if kind == "value" and details[0] == "elid":
        return MissingObject(kind, *details)
    return _REFUSALS.get(kind, PanelRefusal)(kind, *details)
