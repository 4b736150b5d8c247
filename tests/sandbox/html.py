"""The panel in a browser: pages made on the server from the same documents that the API gives."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Response, make_response, redirect, render_template, request
from lxml import etree

from .panel import Panel
from .request import CLIENT

COOKIE, LANGUAGE = "billmgrses5", "billmgrlang5"
_TITLES = {
    "ru": {"account.discount": "Персональные скидки", "account.payment": "Платежи клиента"},
    "en": {"account.discount": "Personal discounts", "account.payment": "Payments of the client"},
}
_COLUMNS = {
    "ru": {
        "id": "Id",
        "name": "Название",
        "value": "Скидка",
        "fromdate": "С",
        "todate": "По",
        "number": "Номер",
        "project": "Провайдер",
        "status": "Статус",
        "account_name": "Клиент",
        "pay_date": "Зачислен",
        "create_date": "Создан",
        "subaccountamount_iso": "Сумма",
        "paymethod_name": "Метод оплаты",
        "paymethodamount_iso": "Сумма оплаты",
        "account_status": "Состояние",
        "has_discount": "Есть скидка",
        "tz_registration_date": "Регистрация",
        "sender_name": "Плательщик",
        "refund": "Возврат",
        "real_status": "Код статуса",
        "paymethod_module": "Модуль",
        "price": "Цена",
        "rate": "Курс",
        "date": "Дата",
        "currency": "Валюта",
        "itemtype": "Тип услуги",
        "orderpriority": "Порядок",
        "email": "Почта",
        "realname": "Имя",
        "account": "Клиент",
        "iso": "Код",
        "symbol": "Знак",
        "active": "Включено",
        "module": "Модуль",
        "currency_str": "Валюта",
        "billurl": "Адрес",
    },
    "en": {
        "id": "Id",
        "name": "Name",
        "value": "Discount",
        "fromdate": "From",
        "todate": "To",
        "number": "Number",
        "project": "Provider",
        "status": "Status",
        "account_name": "Client",
        "pay_date": "Credited",
        "create_date": "Created",
        "subaccountamount_iso": "Amount",
        "paymethod_name": "Payment method",
        "paymethodamount_iso": "Amount paid",
        "account_status": "State",
        "has_discount": "Has discount",
        "tz_registration_date": "Registered",
        "sender_name": "Payer",
        "refund": "Refund",
        "real_status": "Status code",
        "paymethod_module": "Module",
    },
}
_NOT_COLUMNS = frozenset({"docflow_pdf_status", "store_payment", "allowrefund"})


def respond(panel: Panel, params: dict[str, str]) -> Any:
    """The page for a browser's request."""
    language = params.get("lang") or request.cookies.get(LANGUAGE, "").rpartition(":")[2] or "ru"
    language = language if language in ("en", "ru") else "en"
    if params.get("func") == "auth":
        return _log_in(panel, params, language)
    if params.get("func") == "logon":
        response = redirect("/billmgr")
        response.delete_cookie(COOKIE)
        return response
    session = request.cookies.get(COOKIE, "")
    who = panel.answer({"func": "whoami", "auth": session, "lang": language}).document
    if who.find("error") is not None:
        return render_template("login.html", language=language, error="")
    staff = int(_attribute(who, "level") or 0) > CLIENT
    function = params.get("func") or ("account" if staff else "payment")
    environment = {"QUERY_STRING": request.query_string.decode(), "REQUEST_METHOD": request.method}
    answer = panel.answer(
        {**params, "func": function, "auth": session, "lang": language, "out": "html"}, environment=environment
    )
    return _page(panel, answer.document, function, params, language, who)


def _page(
    panel: Panel, document: etree._Element, function: str, params: dict[str, str], language: str, who: etree._Element
) -> Any:
    level = int(_attribute(who, "level") or 0)
    shown = {
        "language": language,
        "menu": panel.menu(level, language),
        "function": function,
        "params": params,
        "user": _attribute(who, "name"),
    }
    error = document.find("error")
    if error is not None:
        return render_template("error.html", **shown, message=error.findtext("msg") or error.get("type"))
    done = document.find("ok")
    if done is not None and params.get("sok"):
        target = dict(parse_qsl(done.text or "")) or {"func": function.rpartition(".")[0] or "menu"}
        return redirect("/billmgr?" + "&".join(f"{name}={value}" for name, value in target.items()))
    titles = {**_TITLES[language], **dict(panel.menu(level, language))}
    shown["title"] = panel.plugins.messages.get((language, function), {}).get("title") or titles.get(function, function)
    messages = {**_COLUMNS[language], **panel.plugins.messages.get((language, function), {})}
    metadata = document.find("metadata")
    if document.find("elem") is not None or document.find("p_elems") is not None:
        return render_template("list.html", **shown, **_list(document, metadata, messages))
    return render_template("form.html", **shown, **_form(document, metadata, messages))


def _list(document: etree._Element, metadata: etree._Element | None, messages: dict[str, str]) -> dict[str, Any]:
    rows = [{str(cell.tag): cell.text or "" for cell in element} for element in document.iterfind("elem")]
    described = (
        []
        if metadata is None
        else [column.get("name", "") for column in metadata.iterfind(".//coldata/col") if column.get("hidden") != "yes"]
    )
    names = described or [name for name in (rows[0] if rows else {}) if name not in _NOT_COLUMNS]
    buttons = (
        []
        if metadata is None
        else [
            {
                "func": button.get("func", ""),
                "type": button.get("type", ""),
                "title": messages.get(f"short_{button.get('name')}", button.get("name", "")),
            }
            for button in metadata.iterfind(".//toolbtn")
        ]
    )
    return {
        "columns": [(name, messages.get(name, name)) for name in names],
        "rows": rows,
        "buttons": buttons,
        "total": document.findtext("p_elems") or len(rows),
        "page": int(document.findtext("p_num") or 1),
        "size": int(document.findtext("p_cnt") or 50),
    }


def _form(document: etree._Element, metadata: etree._Element | None, messages: dict[str, str]) -> dict[str, Any]:
    fields = []
    if metadata is not None:
        for field in metadata.iterfind(".//field"):
            for control in field:
                name = control.get("name", "")
                options = [
                    (value.get("key", ""), value.text or "")
                    for value in document.iterfind(f"slist[@name='{name}']/val")
                ]
                fields.append(
                    {
                        "name": name,
                        "title": messages.get(name, name),
                        "kind": control.tag,
                        "type": control.get("type", "text"),
                        "value": document.findtext(name) or "",
                        "options": options,
                        "readonly": control.get("readonly") == "yes",
                    }
                )
    else:
        skipped = {"tparams", "saved_filters", "messages", "ok"}
        fields = [
            {
                "name": str(child.tag),
                "title": str(child.tag),
                "kind": "input",
                "type": "text",
                "value": child.text or "",
                "options": [],
                "readonly": False,
            }
            for child in document
            if not len(child) and child.tag not in skipped
        ]
    return {"fields": fields}


def _log_in(panel: Panel, params: dict[str, str], language: str) -> Response | str:
    document = panel.answer({**params, "func": "auth", "lang": language}).document
    number = document.find("auth")
    if number is None:
        return render_template("login.html", language=language, error=document.findtext("error/msg"))
    response = make_response(redirect("/billmgr"))
    response.set_cookie(COOKIE, number.get("id", ""), httponly=True, samesite="Strict")
    response.set_cookie(LANGUAGE, f"dragon:{language}", samesite="Strict")
    return response


def _attribute(who: etree._Element, name: str) -> str:
    user = who.find("user")
    return user.get(name, "") if user is not None else ""
