"""The panel's core: who asks, may they, events, the action, the answer (reference C.7, E, F)."""

from __future__ import annotations

import logging
import secrets
import threading
import traceback
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from . import decoration, documents, metadata, reports
from .documents import Refusal
from .engine import opened, rows_of
from .functions import REGISTRY
from .functions.orders import register_orders
from .functions.registry import Function
from .models import Itemtype, User
from .plugins import Plugins, run_background, run_handler
from .request import EMPLOYEE, ROOT, Caller, Request
from .state import Call, State

SESSION_AGE = timedelta(hours=1)
LOCK_TIMEOUT = 60
ONLY_FORMS = (".edit", ".product", ".param", ".confirm", "basket", "cart", "payment.add")
"""Functions that change nothing until their form is submitted."""
WIZARD_STEPS = frozenset({"account.discount.add.product"})


@dataclass
class Answer:
    """An answer as it goes out, and the work that waits for that."""

    body: bytes
    content_type: str
    document: etree._Element
    after: list[Any] = field(default_factory=list)


@dataclass
class Login:
    """One HTTP session."""

    caller: Caller
    used: datetime


class Panel:
    """A BILLmanager 6 in a folder."""

    def __init__(self, root: Path, database: str, state: State) -> None:
        self.root, self.state = root, state
        self.engine = opened(database, _driver_options(database))
        self.filters: dict[tuple[str, str], dict[str, str]] = {}
        self.logins: dict[str, Login] = {}
        self.keys: dict[str, str] = {}
        self.options: dict[str, str] = {}
        self.notifications: list[dict[str, str]] = []
        self.notified = 0
        self.denied: dict[str, set[str]] = defaultdict(set)
        self.wizards: set[tuple[str, str, str]] = set()
        self.stale: dict[str, etree._Element] = {}
        self._locks: dict[int, threading.Lock] = defaultdict(threading.Lock)
        self.log = _log(root)
        with Session(self.engine) as session:
            register_orders([each.intname for each in rows_of(session, Itemtype)])
        self.reload()

    def close(self) -> None:
        """What it holds open, it lets go of."""
        self.engine.dispose()
        for handler in self.log.handlers:
            handler.close()

    @property
    def does_nothing(self) -> bool:
        """Whether `etc/billmgr.DoNothing` says so: modules pause and nothing is sent, while users look and order, and
        every function is answered (scale 1)."""
        return (self.root / "etc" / "billmgr.DoNothing").exists()

    def reload(self) -> None:
        """What `exit` does: forget caches and read the plugins' descriptions again."""
        self.plugins = Plugins.load(self.root, self.state.readings["handlers_named_twice"])
        for line in self.plugins.log:
            self.log.info(line)

    def answer(
        self,
        params: dict[str, str],
        *,
        origin: str = "",
        trusted: bool = False,
        environment: dict[str, str] | None = None,
    ) -> Answer:
        """Answer one request. `trusted` is mgrctl: root unless `auth` says otherwise."""
        params = dict(params)
        func, out = params.get("func", ""), params.get("out", "xml")
        language = params.get("lang", "") if params.get("lang") in ("en", "ru") else "en"
        caller = Caller("", 0)
        with Session(self.engine) as session:
            request = Request(
                func,
                params,
                caller,
                session,
                self.state,
                self.filters,
                language,
                origin or "127.0.0.1",
                environment or {},
                panel=self,
            )
            try:
                _check_text(params)
                if func == "auth":
                    document = self._log_in(request)
                else:
                    request.caller = caller = self._caller(session, params, trusted)
                    self._record(request)
                    document = self._execute(request)
                session.commit()
            except Exception as error:
                session.rollback()
                for undo in request.undo:
                    undo()
                document = self._refused(error, request)
            finally:
                for lock in request.locks:
                    lock.release()
        if document.find("error") is None:
            _echo(document, params)
            if out in ("devel", "html"):
                self._decorate(document, request)
        body, content_type = documents.serialize(
            document if out in ("devel", "html") else documents.without_metadata(document), out
        )
        return Answer(body, content_type, document, request.after)

    def lock_payments(self, request: Request, subaccount: int) -> None:
        lock = self._locks[subaccount]
        if lock in request.locks:
            return
        if not lock.acquire(timeout=LOCK_TIMEOUT):
            raise Refusal("lock", f"payment.status_{subaccount}")
        request.locks.append(lock)

    def menu(self, level: int, language: str) -> list[tuple[str, str]]:
        """What somebody of that level sees: (function, title); a heading has no function."""
        index = 1 if language == "ru" else 0
        own = [(each.name, each.title[index]) for each in REGISTRY.values() if each.title[0] and level >= each.level]
        texts = self.plugins.messages.get((language, "desktop"), {})
        known = {*REGISTRY, *self.plugins.functions}
        exact = self.state.reads("menu_level", "exact")
        added = [
            (node.opens if node.sure or node.opens in known else "", node.title(texts))
            for node in self.plugins.menu
            if node.shown_to(level, exact) and self.may(node.opens, level)
        ]
        return own + added

    def may(self, function: str, level: int) -> bool:
        """Whether somebody of that level may call the function: what may not be called vanishes from menu and toolbars,
        and is refused (panel-2 A5)."""
        known = REGISTRY.get(function)
        exact = self.state.reads("menu_level", "exact")
        return level >= known.level if known else self.plugins.may(function, level, exact)

    def allows(self, caller: Caller, function: str) -> bool:
        """Whether the level is enough, and the rights of this very person, which are set function by function."""
        return self.may(function, caller.level) and function not in self.denied[caller.name]

    def _decorate(self, document: etree._Element, request: Request) -> None:
        """Metadata and messages: the panel's own with what plugins add to them, as far as the caller may see them."""
        if request.func in REGISTRY and document.find("metadata") is None:
            page = metadata.described(document, document.get("func", request.func), REGISTRY[request.func].level)
            document.append(page)
            if request.func in self.plugins.metadata:
                metadata.merge(page, self.plugins.metadata[request.func])
        self.plugins.decorate(document, request.func, request.language)
        metadata.drop_forbidden(document, lambda name: self.allows(request.caller, name))

    def _refused(self, error: Exception, request: Request) -> etree._Element:
        """The error document; what went wrong inside is told like any other error, and logged."""
        if not isinstance(error, Refusal):
            self.log.error(
                "core ERROR %s", "".join(traceback.format_exception(type(error), error, error.__traceback__))
            )
            error = Refusal("db" if isinstance(error, SQLAlchemyError) else "process", "", "", type(error).__name__)
        template = self.plugins.messages.get((request.language, "msgerror"), {}).get(f"msg_error_{error.kind}", "")
        caller = request.caller
        return documents.error_document(error, request.func, caller.user, caller.level, request.language, template)

    # --- who asks ---

    def _caller(self, session: Session, params: dict[str, str], trusted: bool) -> Caller:
        caller = Caller("root", ROOT, name="root") if trusted else None
        if params.get("auth"):
            caller = self._logged_in(params["auth"])
        elif params.get("authinfo"):
            name, _, password = params["authinfo"].partition(":")
            caller = _authenticated(session, name, password)
        if caller is None:
            raise Refusal("auth")
        return _as(session, caller, params["su"]) if params.get("su") else caller

    def _logged_in(self, number: str) -> Caller:
        login = self.logins.get(number)
        if login is None or self.state.now - login.used > SESSION_AGE:
            self.logins.pop(number, None)
            raise Refusal("auth")
        login.used = self.state.now
        return login.caller

    def _log_in(self, request: Request) -> etree._Element:
        key = request.param("key")
        if key:
            name = self.keys.get(key)
            if self.state.reads("key_single_use", "yes"):
                self.keys.pop(key, None)
            if name is None:
                raise Refusal("auth", "key")
            caller = Caller("root", ROOT, name="root") if name == "root" else _user_caller(_user(request.session, name))
        else:
            caller = _authenticated(request.session, request.param("username"), request.param("password"))
        number = secrets.token_hex(16)
        self.logins[number] = Login(caller, self.state.now)
        document = documents.new_document("auth", request.language)
        etree.SubElement(document, "auth", id=number, level=str(caller.level)).text = number
        return document

    # --- one request ---

    def _record(self, request: Request) -> None:
        known = REGISTRY.get(request.func)
        writes = bool(known and known.writes and (request.submitted or not request.func.endswith(ONLY_FORMS)))
        self.log.info("Request [%s][%s] '%s'", request.origin, request.caller.name, request.func)
        if self.state.recording:
            self.state.calls.append(
                Call(
                    request.func,
                    dict(request.params),
                    request.caller.name,
                    request.params.get("su", ""),
                    request.origin,
                    writes,
                    datetime.now().isoformat(),
                )
            )

    def _execute(self, request: Request) -> etree._Element:
        known, handler = REGISTRY.get(request.func), self.plugins.functions.get(request.func)
        if known is None and handler is None:
            raise Refusal("missed", "func", request.func)
        self._check_access(request, known)
        if self.state.fault(request.func, False, "refuse", params=request.params):
            raise Refusal("db", "", "", "Lost connection to database")
        if request.func in WIZARD_STEPS and request.submitted and known:
            self._rehearse(request, known)
        self._events(request, "before", documents.new_document(request.func, request.language))
        document = self._act(request, known) if known else documents.new_document(request.func, request.language)
        described = self.plugins.metadata.get(request.func)
        if handler and reports.waits_for_its_form(described, request.submitted):
            self._decorate(document, request)
        elif handler:
            self._decorate(document, request)
            document = run_handler(self.root, handler, request, "action", document)
        if any((request.func, stage) in self.plugins.events for stage in ("after", "final")):
            request.session.commit()  # they read what was done
        document = self._events(request, "after", document)
        document = self._events(request, "final", document)
        if described is not None and described.get("type") == "report":
            self._decorate_report(document, request)
        if handler:
            self._decorate_list(document, request)
        for background in self.plugins.events.get((request.func, "background"), []):
            request.after.append(partial(run_background, self.root, background, request, document))
        return document

    def _decorate_report(self, document: etree._Element, request: Request) -> None:
        self._decorate(document, request)
        for complaint in reports.complaints(document):
            self.log.error("core ERROR %s: %s", request.func, complaint)
        reports.decorate(document)

    def _rehearse(self, request: Request, known: Function) -> None:
        """The core calls a wizard's step with `checkonly=on`, then without `sok`, before it is done; what plugins hear
        `after` a function they hear each time (panel-2 C2)."""
        plain = {name: value for name, value in request.params.items() if name != "sok"}
        checked = request.params if self.state.reads("wizard_checks", "with_sok") else plain
        if self.state.reads("wizard_checks", "none"):
            return
        for params in ({**checked, "checkonly": "on"}, plain):
            document = known.action(replace(request, params=plain))
            self._events(replace(request, params=params), "after", document)

    def _decorate_list(self, document: etree._Element, request: Request) -> None:
        """A handler's list becomes the core's; what it may not bring is kept for the test to fail by."""
        described = document.find("metadata")
        if described is None or described.get("type") != "list" or document.find("error") is not None:
            return
        for complaint in decoration.complaints(document):
            self.log.error("core ERROR %s: %s", request.func, complaint)
            with open(self.root / "var" / "violations", "a", encoding="utf-8") as violations:
                violations.write(f"{request.func}: {complaint}\n")
        if self.state.reads("handler_lists", "decorated"):
            decoration.decorate(document, request.params, self.state.readings["list_order"])

    def _act(self, request: Request, known: Function) -> etree._Element:
        if not self.state.fault(request.func, False, "stale_cache"):
            return known.action(request)
        key = f"{request.func} {sorted((name, value) for name, value in request.params.items() if name != 'auth')}"
        if key not in self.stale:
            self.stale[key] = known.action(request)
        return etree.fromstring(etree.tostring(self.stale[key]))

    def _check_access(self, request: Request, known: Function | None) -> None:
        if not self.allows(request.caller, request.func):
            raise Refusal("access", request.func)
        if known and known.needs_employee and request.caller.level == ROOT and self.state.reads("needs_su", "yes"):
            raise Refusal("access", "", "", "Function is not available for the administrator. Try su")

    def _events(self, request: Request, stage: str, document: etree._Element) -> etree._Element:
        for handler in self.plugins.events.get((request.func, stage), []):
            self._decorate(document, request)
            try:
                document = run_handler(self.root, handler, request, stage, document)
            except Refusal:
                if stage == "before" and self.state.reads("before_error_blocks", "no"):
                    continue
                raise
        return document


def _as(session: Session, caller: Caller, name: str) -> Caller:
    """`su=`: an employee or client by name or id; only downwards."""
    if caller.level < EMPLOYEE:
        raise Refusal("access", "su")
    become = _user_caller(_user(session, name))
    if become.level > caller.level:
        raise Refusal("access", "su", name)
    return Caller(become.user, become.level, become.account, become.name, (*caller.via, caller.name))


_USERS = User.__table__.c
_USER = select(_USERS.id, _USERS.level, _USERS.account, _USERS.name, _USERS.enabled, _USERS.password)
_NUMBERED = _USER.where(_USERS.id == bindparam("number"))
_NAMED = _USER.where(_USERS.name == bindparam("name")).limit(1)


def _user(session: Session, name: str) -> Any:
    found = session.execute(_NUMBERED, {"number": int(name)}).first() if name.isdecimal() else None
    found = found or session.execute(_NAMED, {"name": name}).first()
    if found is None or found.enabled != "on":
        raise Refusal("missed", "user", name)
    return found


def _authenticated(session: Session, name: str, password: str) -> Caller:
    found = session.execute(_NAMED, {"name": name}).first()
    if found is None or not password or not secrets.compare_digest(found.password.encode(), password.encode()):
        raise Refusal("auth", "badpassword", "", "Invalid username or password")
    return _user_caller(found)


def _user_caller(found: Any) -> Caller:
    return Caller(str(found.id), found.level, found.account, found.name)


def _echo(document: etree._Element, params: dict[str, str]) -> None:
    echoed = etree.SubElement(document, "tparams")
    for name, value in params.items():
        if name not in ("auth", "authinfo", "password", "key") and name.isidentifier():
            documents.add(echoed, name, value)
    etree.SubElement(document, "saved_filters")


def _check_text(params: dict[str, str]) -> None:
    for name, value in params.items():
        if documents.unprintable(name + value):
            raise Refusal("value", documents.printable(name), documents.printable(value))


def _driver_options(database: str) -> dict[str, Any]:
    return {"check_same_thread": False, "timeout": 30} if database.startswith("sqlite") else {}


def _log(root: Path) -> logging.Logger:
    logger = logging.Logger(str(root))
    handler = logging.FileHandler(root / "var" / "billmgr.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    return logger
