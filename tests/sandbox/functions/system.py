"""Service functions: whoami, actionlist, paramlist, sessions, caches (reference E.2, E.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from sqlalchemy import select

from ..documents import Cell, Refusal, Row, add, new_document
from ..engine import row_of
from ..models import Account, Account2Project, User
from ..request import CLIENT, ROOT, Request
from .registry import ANYBODY, REGISTRY, function

VERSION, CORE_VERSION = "6.94.1", "5.389.1"


@function("whoami", ANYBODY)
def whoami(request: Request) -> etree._Element:
    document = new_document("whoami", request.language)
    caller = request.caller
    found = row_of(request.session, User, int(caller.user)) if caller.user.isdecimal() else None
    etree.SubElement(
        document,
        "user",
        id=caller.user,
        name=caller.name,
        realname=found.realname if found else caller.name,
        email=found.email if found else "",
        level=str(caller.level),
        account=str(caller.account or ""),
        lang=request.language,
    )
    for name in (*caller.via, caller.name):
        add(document, "path", name)
    etree.SubElement(document, "mgr", version=VERSION, dist="3")
    version = etree.SubElement(document, "version")
    add(version, "billmgr", VERSION)
    add(version, "core", CORE_VERSION)
    return document


@function("actionlist", ROOT)
def actionlist(request: Request) -> etree._Element:
    document = new_document("actionlist", request.language)
    for name in sorted({*REGISTRY, *request.panel.plugins.functions}):
        element = etree.SubElement(document, "elem")
        add(element, "action", name)
    return document


@function("paramlist", ROOT)
def paramlist(request: Request) -> etree._Element:
    document = new_document("paramlist", request.language)
    values = {"DBHost": "localhost", "DBName": "billmgr", "DBUser": "billmgr", "DefaultLang": "ru"}
    for name, value in {**values, **request.panel.options}.items():
        element = etree.SubElement(document, "elem")
        add(element, name, value)
    return document


@function("keepalive", ANYBODY)
def keepalive(request: Request) -> etree._Element:
    return request.ok()


@function("notify", CLIENT)
def notify(request: Request) -> etree._Element:
    """The notifications for who asks: staff sees those to all."""
    document = new_document(request.func, request.language)
    for each in _notifications(request):
        element = etree.SubElement(document, "elem")
        for name, value in each.items():
            add(element, name, value)
    return document


@function("notification", CLIENT)
def notification(request: Request) -> etree._Element:
    """The list of them (panel-2 E1: `id subject cdate`)."""
    return request.listing(
        [
            {"id": str(each["id"]), "subject": each["subject"], "cdate": str(request.now.date())}
            for each in _notifications(request)
        ]
    )


@function("notification.delete", CLIENT, writes=True)
def notification_delete(request: Request) -> etree._Element:
    mine = {each["id"]: each for each in _notifications(request)}
    for number in map(str, request.ids()):
        if number not in mine:
            raise request.missing("notification", number)
        request.panel.notifications.remove(mine[number])
    return request.ok()


def _notifications(request: Request) -> list[dict[str, str]]:
    """The panel's own SQL asks for one user and one provider (panel-2 E1): the one whose client area was opened, which
    a request names by `project`, else the first of the client's."""
    found: list[dict[str, str]] = request.panel.notifications
    if request.caller.level > CLIENT:
        return found
    own = [each for each in found if each["user"] in (request.caller.user, request.caller.name)]
    first = _first_provider(request, request.caller.account)
    asked = request.param("project") or first
    unnamed = first if request.state.reads("notification_without_project", "first") else ""
    return [each for each in own if (each["project"] or unnamed) == asked]


def _first_provider(request: Request, account: int | None) -> str:
    found = request.session.query(Account2Project).filter(Account2Project.account == account)
    return str(min((each.project for each in found), default=1))


@function("menu", CLIENT)
def menu(request: Request) -> etree._Element:
    document = new_document("menu", request.language)
    for name, title in request.panel.menu(request.caller.level, request.language):
        if name in request.panel.denied[request.caller.name]:
            continue
        etree.SubElement(document, "node", name=name, title=title, action=name)
    return document


@function("session.newkey", ROOT, writes=True)
def session_newkey(request: Request) -> etree._Element:
    key, username = request.param("key"), request.param("username")
    if len(key) < 16:
        raise Refusal("value", "key", "")
    request.panel.keys[key] = username or "root"
    return request.ok()


@function("tool.clearcache", ROOT, writes=True)
def clearcache(request: Request) -> etree._Element:
    request.panel.stale.clear()
    return request.ok()


@function("exit", ROOT, writes=True)
def leave(request: Request) -> etree._Element:
    request.panel.reload()
    return request.ok()


@function("optionlist.edit", ROOT, writes=True)
def optionlist_edit(request: Request) -> etree._Element:
    request.panel.options[request.elid] = request.param("value")
    return request.ok()


@function("notification.edit", writes=True)
def notification_edit(request: Request) -> etree._Element:
    if not request.submitted:
        return request.form({"user": "", "project": "", "subject": "", "message": ""})
    told = {name: request.param(name) for name in ("user", "project", "subject", "message")}
    if not request.panel.does_nothing:
        request.panel.notified += 1
        request.panel.notifications.append({"id": str(request.panel.notified), **told})
    return request.ok()


USER_FILTER = dict.fromkeys(("id", "name", "email", "realname", "account", "account_id"), "")


@function("user.filter")
def user_filter(request: Request) -> etree._Element:
    """By the convention that a list's filter form is `<list>.filter` (plugins 1.6)."""
    return request.filter_form("user", USER_FILTER)


_PERSON, _CLIENT = User.__table__.c, Account.__table__.c
_PEOPLE = (
    select(
        _PERSON.id, _PERSON.name, _PERSON.email, _PERSON.realname, _PERSON.account, _CLIENT.name.label("account_name")
    )
    .select_from(User.__table__.outerjoin(Account.__table__, _CLIENT.id == _PERSON.account))
    .where(_PERSON.level == CLIENT)
)
_USER_COLUMNS = {
    "name": _PERSON.name,
    "email": _PERSON.email,
    "realname": _PERSON.realname,
    "account": _CLIENT.name,
    "account_id": _PERSON.account,
}


@function("user", title=("Users", "Пользователи"))
def user(request: Request) -> etree._Element:
    conditions, query = request.conditions(USER_FILTER), _PEOPLE
    if conditions["id"]:
        query = query.where(request.with_id(_PERSON.id, conditions["id"]))
    for name, column in _USER_COLUMNS.items():
        if conditions[name]:
            query = query.where(column == conditions[name])
    return request.listing(request.cut(query, _PERSON.id), build=_user_rows)


def _user_rows(shown: Sequence[Any]) -> list[Row]:
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "email": each.email,
            "realname": each.realname,
            "account": each.account_name or "",
            "account_id": str(each.account),
        }
        for each in shown
    ]


@function("user.edit", writes=True)
def user_edit(request: Request) -> etree._Element:
    found = request.session.get(User, request.number())
    if found is None:
        raise request.missing("user", request.elid)
    if request.submitted:
        found.realname = request.param("realname") or found.realname
        return request.ok()
    values: dict[str, Cell] = {"elid": str(found.id), "name": found.name, "email": found.email}
    if request.state.reads("user_form", "language"):
        values["language"] = found.language
    return request.form({**values, "realname": found.realname})


@function("employee", title=("Employees", "Сотрудники"))
def employee(request: Request) -> etree._Element:
    if request.state.reads("employee_list", "absent"):
        raise Refusal("missed", "func", "employee")
    people = request.session.query(User).filter(User.level > CLIENT)
    return request.listing(
        [
            {"id": str(person.id), "name": person.name, "realname": person.realname, "email": person.email}
            for person in people
        ],
        request.conditions({}),
    )
