"""The panel in a browser: pages made on the server from the same documents that the API gives."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, jsonify, make_response, redirect, render_template, request
from lxml import etree

from .documents import printable
from .functions import REGISTRY
from .html_parts import form_of, list_of, report_of
from .html_texts import BUTTONS, COLUMNS, TITLES
from .panel import Panel
from .request import CLIENT
from .vocabulary import complaints

COOKIE, LANGUAGE = "billmgrses5", "billmgrlang5"


def respond(panel: Panel, params: dict[str, str], environment: dict[str, str]) -> Response:
    """The page for a browser's request."""
    language = params.get("lang") or request.cookies.get(LANGUAGE, "").rpartition(":")[2] or "ru"
    language = language if language in ("en", "ru") else "en"
    if params.get("func") == "auth":
        return _log_in(panel, params, language)
    if params.get("func") == "logon":
        left: Response = make_response(redirect("/billmgr"))
        left.delete_cookie(COOKIE)
        return left
    session = request.cookies.get(COOKIE, "")
    who = panel.answer({"func": "whoami", "auth": session, "lang": language}).document
    if who.find("error") is not None:
        return make_response(render_template("login.html", language=language, error=""))
    staff = int(_attribute(who, "level") or 0) > CLIENT
    function = params.get("func") or ("account" if staff else "payment")
    answer = panel.answer(
        {**params, "func": function, "auth": session, "lang": language, "out": "html"}, environment=environment
    )
    shown: Response = make_response(_page(panel, answer.document, function, params, language, who))
    shown.call_on_close(lambda: [work() for work in answer.after])
    if params.get("lang") == language:
        shown.set_cookie(LANGUAGE, f"dragon:{language}", samesite="Strict")
    return shown


def _title(document: etree._Element, title: str) -> str:
    """With what the form says belongs to its title (plugins 1.6, `form title`)."""
    form = document.find("metadata/form")
    named = "" if form is None else document.findtext(form.get("title") or "-") or ""
    return f"{title} — {named}" if named else title


def _page(
    panel: Panel, document: etree._Element, function: str, params: dict[str, str], language: str, who: etree._Element
) -> Any:
    done, by_script = document.find("ok"), request.headers.get("X-Form") == "yes"
    if done is not None and (params.get("sok") or done.text):
        following = "/billmgr?" + urlencode(_next_page(panel, done.text or "", function, params))
        return jsonify(go=following) if by_script else redirect(following)
    menu = panel.menu(int(_attribute(who, "level") or 0), language)
    step = document.get("func") or function
    titles = {**TITLES[language], **dict(menu)}
    shown = {
        "language": language,
        "menu": menu,
        "function": step,
        "params": {name: printable(value) for name, value in params.items()},
        "user": _attribute(who, "name"),
        "title": _title(document, _texts(panel, language, step).get("title") or titles.get(step, step)),
        "banners": [
            {"text": each.findtext("msg", ""), "bad": each.get("status") == "1"}
            for each in document.iterfind("banner[@id]")
        ],
        "as_html": panel.state.reads("htmldata", "html"),
    }
    error = document.find("error")
    if error is not None:
        message = error.findtext("msg") or error.get("type")
        if by_script:
            return jsonify(error=message, object=error.get("object", ""))
        return render_template("error.html", **shown, message=message)
    metadata = document.find("metadata")
    unknown = [] if metadata is None else list(complaints(metadata))
    if unknown:
        return render_template("error.html", **shown, message="; ".join(unknown))
    said = {each.get("name", ""): each.text or "" for each in document.iterfind("messages/msg")}
    words = {**COLUMNS[language], **BUTTONS[language], **_texts(panel, language, step), **said}
    kind = "" if metadata is None else metadata.get("type")
    if kind != "form" and (document.find("elem") is not None or document.find("p_elems") is not None):
        return render_template("list.html", **shown, **list_of(document, metadata, words))
    if kind == "report" and document.find("reportdata") is not None:
        return render_template("report.html", **shown, **report_of(document, words))
    page = render_template("form.html", **shown, **form_of(document, metadata, words))
    return jsonify(page=page) if by_script else page


def _next_page(panel: Panel, told: str, function: str, params: dict[str, str]) -> dict[str, str]:
    """Where a saved form leads: where its answer says, else back to the list that it was opened from."""
    if told.strip():
        return dict(parse_qsl(told.strip()))
    name = function.rpartition(".")[0]
    while "." in name and name.endswith((".add", ".edit")):
        name = name.rpartition(".")[0]
    known = name in REGISTRY or name in panel.plugins.functions
    return {"func": name if known else "menu", **({"elid": params["plid"]} if params.get("plid") else {})}


def _log_in(panel: Panel, params: dict[str, str], language: str) -> Response:
    document = panel.answer({**params, "func": "auth", "lang": language}).document
    number = document.find("auth")
    if number is None:
        return make_response(render_template("login.html", language=language, error=document.findtext("error/msg")))
    response: Response = make_response(redirect("/billmgr"))
    response.set_cookie(COOKIE, number.get("id", ""), httponly=True, samesite="Strict")
    response.set_cookie(LANGUAGE, f"dragon:{language}", samesite="Strict")
    return response


def _texts(panel: Panel, language: str, function: str) -> dict[str, str]:
    return panel.plugins.messages.get((language, function), {})


def _attribute(who: etree._Element, name: str) -> str:
    user = who.find("user")
    return user.get(name, "") if user is not None else ""
