"""What every page gets: the request, the panel's document, our store, and whoever is asking as an administrator."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lxml import etree

from ..host.detached import start_worker
from ..panel.standstill import check_may_write, stands_still
from ..programme import bounds, figures
from ..programme.errors import BadInput, NotStarted
from ..programme.ids import AccountId
from ..programme.settings import FULL_LEVEL
from ..programme.text import Filling, Text, from_capital, short
from ..programme.values import dataclass
from ..store.bell import Bell
from ..store.tasks import WRITING
from .request import Request, is_number

if TYPE_CHECKING:
    from ..office import Office
    from ..store import Store
    from ..store.changes import Author


@dataclass(frozen=True)
class Visit:
    """One request for a page, `now`."""

    request: Request
    document: etree._Element
    root: Path
    store: Store
    now: datetime

    def say(self, en: str, ru: str, **values: Filling) -> str:
        said = Text(en, ru)
        return (said(**values) if values else said).say(self.language)

    def refuse(self, en: str, ru: str, field: str = "", **values: Filling) -> NoReturn:
        raise BadInput(Text(en, ru)(**values), field)

    @property
    def language(self) -> str:
        return self.request.language

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def is_full(self) -> bool:
        """Whether this administrator may do what nobody should do by accident."""
        return self.request.level >= FULL_LEVEL

    @cached_property
    def author(self) -> Author:
        """Who is asking: the login, where a run has read the panel's employees; else the id that the panel tells."""
        from ..store.changes import Author

        return Author(self.login(self.request.user), self.request.address)

    @cached_property
    def _staff(self) -> dict[str, str]:
        return self.store.notes.staff()

    @cached_property
    def office(self) -> Office:
        from ..office import Office  # much to load for pages that only show

        return Office(self.root, self.store, self.author, lambda: self.now, self.request.level)

    @cached_property
    def currency(self) -> str:
        return self.store.settings.current().currency

    @cached_property
    def history_months(self) -> int:
        """For so many months details of decisions are kept; 0: for ever."""
        return self.store.settings.current().history_months

    @cached_property
    def titles(self) -> dict[Any, Text]:
        return {each.name: each.title for each in self.store.classes.all()}

    # --- what was typed ---

    def account(self, text: str, field: str = "") -> AccountId:
        """A client's id. Raises BadInput."""
        if not is_number(text):
            self.refuse(
                "There is no client “{text}”: enter a client id.",
                "Клиента «{text}» нет: укажите номер.",
                field,
                text=short(text, 40),
            )
        return AccountId(int(text))

    def accounts(self) -> list[AccountId]:
        """The clients of a group operation. Raises BadInput without any."""
        found = [self.account(text) for text in self.request.several("elid")]
        if not found:
            self.refuse("Select a client.", "Выберите клиента.")
        return found

    def number(self, text: str, what: Text, field: str = "") -> int:
        """The id of something. Raises BadInput."""
        if not is_number(text):
            says = Text("{what} “{text}” does not exist", "{what} «{text}» не существует")
            raise BadInput(says(what=what, text=short(text, 40)), field)
        return int(text)

    def day(self, field: str) -> date:
        """A day that was typed as YYYY-MM-DD or DD.MM.YYYY. Raises BadInput."""
        return bounds.day(self.request.text(field), field)

    def amount(self, field: str) -> Decimal:
        """An amount that was typed. Raises BadInput."""
        return bounds.amount(self._figure(field), field)

    def percent(self, field: str) -> Decimal:
        """A percent that was typed; whether it is 100 at most is the table's to say. Raises BadInput."""
        return bounds.percent(self._figure(field), field)

    def _figure(self, field: str) -> str:
        text = self.request.text(field)
        if not bounds.is_figure(text) or text.startswith("-"):
            self.refuse(
                "Enter a number from 0 up, such as 3000 or 2.5{not_this}.",
                "Введите число от 0, например 3000 или 2,5{not_this}.",
                field,
                not_this=bounds.not_this(text),
            )
        return text

    def line(self, field: str, longest: int = bounds.LONGEST_REASON) -> str:
        """A text of one line that was typed. Raises BadInput."""
        return bounds.line(self.request.text(field), field, longest)

    # --- what is shown ---

    def money(self, amount: Decimal | None, currency: str = "") -> str:
        """An amount as the panel's lists show it: 52000.00 RUB; in the programme's currency unless another is named."""
        if amount is None:
            return ""
        return figures.listed_money(amount, currency or self.currency)

    def head(self, title: Text) -> str:
        """The percent of a class as the head of a column or a field: 'SSL certificates, %'."""
        return f"{from_capital(title.say(self.language))}, %"

    def rest(self, shown: int, count: int, en: str, ru: str, /, **values: Filling) -> str:
        """How many rows a list leaves out, which it has, and where the others are; nothing where it has all of them."""
        if shown >= count:
            return ""
        told = Text(
            "Shown: {shown} of {count}, not shown: {rest}. ", "Показано: {shown} из {count}, не показано: {rest}. "
        )
        return told(shown=shown, count=count, rest=count - shown).say(self.language) + self.say(en, ru, **values)

    def moment(self, at: datetime | None) -> str:
        return figures.listed_moment(at) if at else ""

    def cause(self, cause: str, who: str) -> str:
        from ..words import labels  # most pages name no cause

        return labels.caused(cause, self.login(who), self.language)

    def login(self, who: str) -> str:
        """Who that is: the panel tells employees by id."""
        return self._staff.get(who, who)

    def check_started(self) -> None:
        """Before what somebody presses to have written. Raises NotStarted."""
        if self.store.going_live.started() is None:
            raise NotStarted

    def not_live(self) -> str:
        """That the programme only looks, or stands still; nothing where it goes on by itself."""
        from ..words import going_live

        if self.store.going_live.started() is None:
            return going_live.NOT_STARTED.say(self.language)
        return "" if self.store.settings.current().automatic else going_live.STOPPED.say(self.language)

    # --- what goes on without us ---

    def check_may_write(self) -> None:
        """Before anything that would change discounts in the panel. Raises PanelStandsStill."""
        check_may_write(self.root)

    def wake_worker(self) -> None:
        """Let what was just queued be answered at once, unless the panel stands still."""
        if stands_still(self.root):
            return
        Bell.ring(self.store.folder)
        start_worker(self.root)

    def start_task(self, kind: str, **arguments: Any) -> None:
        """Let a worker do what takes long. Raises PanelStandsStill where it would write to the panel."""
        if kind in WRITING or "try_on" in arguments:
            self.check_may_write()
        self.store.tasks.ask(kind, arguments, self.author, self.now)
        start_worker(self.root)
