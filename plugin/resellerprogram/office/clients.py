"""Which client is meant: one way for the command line and for lists."""

from __future__ import annotations

from ..programme import bounds
from ..programme.errors import MemberError
from ..programme.ids import AccountId
from ..programme.report import NAMED
from ..programme.text import Text, same
from ..store.clients import Called
from . import Office

_NOBODY = Text(
    "Nobody calculated so far has the e-mail or name “{text}”. Give the client's number, as in the panel.",
    "Клиент «{text}» не найден: его нет среди тех, кого программа уже рассчитала. Укажите номер клиента, как в панели.",
)
_SEVERAL = Text(
    "“{text}” fits several clients: {total}. Give the number of one of them:\n{listed}{more}",
    "«{text}» подходит нескольким клиентам: {total}. Укажите номер одного из них:\n{listed}{more}",
)
_MORE = Text("\n  … and {count} more; type more of the name", "\n  … и ещё {count}; уточните название")


class Clients:
    """What the office knows of who is called what."""

    def __init__(self, office: Office) -> None:
        self._office, self._known = office, office.store.clients

    def meant(self, text: str) -> AccountId:
        """The client with that number, e-mail or name, capitals or not; a whole name goes before a part of one. Raises
        MemberError for nobody, and for several, who are listed then; PanelError where only the panel could tell."""
        text = text.strip()
        if bounds.is_id(text):
            account = AccountId(int(text))
            if not self._known.is_on_record(account):
                self._office.name_of(account)
            return account
        found, total = self._known.called(text, NAMED) if text else ([], 0)
        if not found:
            raise MemberError(_NOBODY(text=text), "account")
        if total > 1:
            more = _MORE(count=total - len(found)) if total > len(found) else same("")
            listed = "\n".join(map(_line, found))
            raise MemberError(_SEVERAL(text=text, total=total, listed=listed, more=more), "account")
        return found[0].account


def _line(each: Called) -> str:
    return "  " + "  ".join(filter(None, (str(each.account), each.name, each.logins)))
