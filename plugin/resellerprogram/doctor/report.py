"""What a panel looks like, and nothing about anybody: the report that an administrator may send to us.

The report is plain text. Lines that begin with `#` are for people. Then, one a line,

    plugin 0.1.0
    panel 6.94.1 core 5.389.1
    functions 57 others 200+
      account account.discount …                  those that we know; the panel has so many others
    call payment filter=off p_cnt=9 …             what was asked, its values masked like the answer's
      took 0.12                                   seconds
      doc @func payment @lang word …              the answer, as `shapes` describes it
        elem x20+
          id 9
      refused type=missed object=elid             or: the panel's error document, its type and object
      unusable HtmlAnswer                         or: what came instead of an answer

Everything in it is a name of our `vocabulary`, a format, a count, a duration or a version. The documents are those
that the plugin reads; of a list the newest page, and of each kind of row in it the form of its first. Nothing is
written to the panel, and no list's filter is set; with a test client, what only a write shows is tried on them.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from .. import __version__
from ..panel.answers import Document
from ..panel.assumptions import (
    NOBODY,
    PAGE_ROWS,
    PROMO_CODE_FUNCTIONS,
    payment_form,
)
from ..panel.calls import NO_FILTER, Panel
from ..panel.errors import Call, PanelError, PanelRefusal, PanelUnreachable
from ..programme.errors import BadInput
from ..programme.ids import AccountId
from ..programme.text import Text
from ..programme.values import dataclass
from ..recalculation.run import PATIENCE, working_on
from ..store import Store
from ..store.lock import only_one
from .checks import experiments
from .shapes import Shape, form_of, rounded, shape_of
from .vocabulary import NAMES, REFUSALS, function_of, name_of

LISTS = (
    "project",
    "currency",
    "currencyrate",
    "paymethod",
    "itemtype",
    "pricelist",
    "accountgroup",
    "employee",
    "account",
    "user",
    "payment",
    "expense",
)
FILTER_FORMS = ("payment.filter", "user.filter", "account.filter", "expense.filter")
KINDS_OPENED = 5
"""So many kinds of a list's rows are opened."""
TYPES_OPENED = 12
"""So many service types are: only their forms may tell how they are called (D.3)."""

_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}(?:\.[0-9]{1,3})?")
_HEAD = Text(
    "What a BILLmanager's answers look like, for the authors of the reseller program. Read "
    "it before you send it.\nIn it: versions, which functions the panel has of those that we "
    "know, and how its documents are built: names of\nelements and attributes that are "
    "publicly known, formats of values, rounded counts, seconds.\nNot in it: names, amounts, "
    "dates, numbers, addresses, ids, currencies, texts, nor names of anything of your own.\n"
    "9.99 XXX is an amount, ¤ a currency's sign, 9 a number, YYYY-MM-DD a day, text a text, "
    "word a word for programs,\nempty nothing, other a name that we don't know, =4 the "
    "protocol's code 4, x20+ twenty or more alike,\nbut: as the first one except for this.",
    "Как устроены ответы BILLmanager, для авторов реселлерской программы. Прочитайте, прежде "
    "чем отправить.\nЗдесь есть: версии, какие из известных нам функций есть в панели, и как "
    "построены её документы: общеизвестные\nимена элементов и атрибутов, форматы значений, "
    "округлённые количества, секунды.\nЗдесь нет: имён, сумм, дат, номеров, адресов, id, "
    "валют, текстов и названий чего-либо вашего.\n9.99 XXX — сумма, ¤ — знак валюты, 9 — "
    "число, YYYY-MM-DD — день, text — текст, word — слово для программ,\nempty — пусто, other "
    "— имя, которое нам неизвестно, =4 — код 4 протокола, x20+ — двадцать или больше "
    "одинаковых,\nbut — как первый, кроме следующего.",
)


@dataclass(frozen=True)
class Answered:
    """One call as it is told: what was asked, how long it took, and the answer's shape or what came instead."""

    asked: str
    seconds: float
    answer: Shape | str

    def lines(self, first: Shape | None) -> Iterator[str]:
        """`first` is what the function answered before."""
        yield f"call {self.asked}"
        yield f"  took {self.seconds:.2f}"
        yield from [f"  {self.answer}"] if isinstance(self.answer, str) else self.answer.lines(1, "1", first)


class Witness:
    """A way to the panel that keeps the shape of everything that comes by."""

    def __init__(self, panel: Panel, clock: Callable[[], float] = time.monotonic) -> None:
        self._panel, self._clock = panel, clock
        self.seen: list[Answered] = []

    def send(self, call: Call) -> Document:
        started = self._clock()
        try:
            document = self._panel.call(call.function, call.params, repeatable=call.repeatable)
        except PanelError as error:
            self._keep(call, started, _instead(error))
            raise
        self._keep(call, started, shape_of(document.tree))
        return document

    def close(self) -> None:
        """The panel is whose who opened it."""

    def _keep(self, call: Call, started: float, answer: Shape | str) -> None:
        self.seen.append(Answered(_asked(call), self._clock() - started, answer))


def new_file(target: str) -> Path:
    """The file that shall hold a report. Raises BadInput for one that is there already."""
    path = Path(target)
    if os.path.lexists(path):
        raise BadInput(
            Text(
                "{path} is there already; name a file that is not", "файл {path} уже есть; назовите файл, которого нет"
            )(path=path),
            "report",
        )
    return path


def write(path: Path, text: str) -> None:
    """Write a report that only its owner may read, never over anything."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def report(
    root: Path, store: Store, day: date, now: datetime, try_on: AccountId | None = None
) -> tuple[str, Text | None]:
    """The whole report; with `try_on` also what only a write shows, on that client, and what went wrong with that.
    Raises AnotherRunActive, and PanelError where the panel does not answer at all."""
    trouble = None
    with only_one(store.folder, "doctor", now, PATIENCE), working_on(root, store, day, writes=False) as context:
        owned = context.store.owned.any()
        holder = AccountId(owned.account) if owned else None
        witness = Witness(context.panel)
        head = observed(context.panel, witness, context.settings.members.group, holder)
        if try_on is not None:
            watched = Panel(witness, context.panel.employee)
            watched.before_filtering, context.panel = context.panel.before_filtering, watched
            try:
                for _ in experiments(context, try_on, now):
                    pass
            except PanelError as error:
                trouble = error.text
    return _text(head, witness), trouble


def report_of(panel: Panel) -> str:
    """The report of what reading shows, of a panel without our records."""
    witness = Witness(panel)
    return _text(observed(panel, witness), witness)


def observed(panel: Panel, witness: Witness, group: int | None = None, holder: AccountId | None = None) -> list[str]:
    """Let the witness see all that is read; gives what stands above that. `group` is the client group of the settings,
    `holder` somebody who has discounts. Raises PanelError where the panel does not answer at all."""
    whoami = panel.call("whoami")
    _look(Panel(witness, panel.employee), group, holder)
    versions = f"panel {_version(whoami, 'billmgr')} core {_version(whoami, 'core')}"
    return [f"plugin {__version__}", versions, *_functions(panel)]


def _text(head: list[str], witness: Witness) -> str:
    told = [f"# {line}".rstrip() for line in f"{_HEAD.ru}\n\n{_HEAD.en}".splitlines()]
    return "".join(f"{line}\n" for line in [*told, *head, *_told(witness.seen)])


def _look(panel: Panel, group: int | None, holder: AccountId | None) -> None:
    """Everything that is read, each by itself: what the panel refuses is told, too. Raises PanelUnreachable."""
    lists = {function: _list(panel, function) for function in LISTS}
    _ask(panel, "whoami")
    for function in FILTER_FORMS:
        _ask(panel, function)
    for number in _kinds(lists["payment"]):
        _ask(panel, "payment.info", elid=number)
    for number in _ids(lists["itemtype"])[:TYPES_OPENED]:
        _ask(panel, "itemtype.edit", elid=number)
    for number in _kinds(lists["account"], 1):
        _ask(panel, "account.edit", elid=number)
    _ask(panel, "account.edit", elid=NOBODY)
    for number in _kinds(lists["currency"], 1):
        _list(panel, "currencyrate", elid=number)
    for chosen in [str(group)] if group is not None else _kinds(lists["accountgroup"], 1):
        _list(panel, "accountgroup.account", elid=chosen)
    for account in dict.fromkeys([*_kinds(lists["account"]), *([str(holder)] if holder else [])]):
        for number in _kinds(_list(panel, "account.discount", elid=account)):
            _ask(panel, "account.discount.edit", plid=account, elid=number)
    for user in _kinds(lists["user"], 1):
        _ask(panel, "user.edit", elid=user)
        _ask(panel, "whoami", su=user)
        _list(panel, "notification", su=user)
        for function in PROMO_CODE_FUNCTIONS:
            _ask(panel, function, su=user)
        opened = payment_form(Decimal("123.45"))
        _ask(panel, opened.pop("func"), **opened, su=user)


def _list(panel: Panel, function: str, **params: object) -> Document | None:
    return _ask(panel, function, **params, **NO_FILTER, p_num=1, p_cnt=PAGE_ROWS)


def _ask(panel: Panel, function: str, **params: object) -> Document | None:
    try:
        return panel.call(function, params)
    except PanelUnreachable:
        raise
    except PanelError:
        return None


def _ids(document: Document | None) -> list[str]:
    return [row.raw("id", "elid") for row in document.rows()] if document else []


def _kinds(document: Document | None, most: int = KINDS_OPENED) -> list[str]:
    """The id of the first row of each kind."""
    found: dict[Shape, str] = {}
    for element, number in zip(document.tree.iterfind("elem"), _ids(document)) if document else ():
        if number:
            found.setdefault(shape_of(element), number)
    return list(found.values())[:most]


def _functions(panel: Panel) -> Iterator[str]:
    try:
        document = panel.call("actionlist")
    except PanelError as error:
        yield f"functions {_instead(error)}"
        return
    names = {name for path in ("elem/action", "elem/name", "elem/id") for name in document.find_all(path)}
    known = sorted(name for name in names if function_of(name) != "other")
    yield f"functions {len(known)} others {rounded(len(names) - len(known))}"
    for begin in range(0, len(known), 6):
        yield "  " + " ".join(known[begin : begin + 6])


def _told(seen: list[Answered]) -> Iterator[str]:
    first: dict[str, Shape] = {}
    for answered in seen:
        function = answered.asked.split(" ")[0]
        yield from answered.lines(first.get(function))
        if isinstance(answered.answer, Shape):
            first.setdefault(function, answered.answer)


def _asked(call: Call) -> str:
    params = (
        f"{name_of(name)}={form_of(value, name).replace(' ', '_')}" for name, value in sorted(call.params.items())
    )
    return " ".join((function_of(call.function), *params))


def _instead(error: PanelError) -> str:
    if not isinstance(error, PanelRefusal):
        return f"unusable {type(error).__name__}"
    kind = error.kind if error.kind in REFUSALS else "other"
    return f"refused type={kind} object={error.concerning if error.concerning in NAMES else 'other'}"


def _version(whoami: Document, of: str) -> str:
    shown = whoami.value(f"version/{of}") or (whoami.attribute("mgr", "version") if of == "billmgr" else "")
    return shown if _VERSION.fullmatch(shown) else "other"
