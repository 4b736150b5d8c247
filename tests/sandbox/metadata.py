"""How pages are described: the panel's own metadata, and what plugins add to it by name (reference E.5, F.2)."""

from __future__ import annotations

import copy
from collections.abc import Callable

from lxml import etree

Button = tuple[str, str, str]

# list: (button, function, type of button)
TOOLBARS: dict[str, tuple[Button, ...]] = {
    "account": (
        ("new", "account.edit", "new"),
        ("edit", "account.edit", "edit"),
        ("discount", "account.discount", "editlist"),
        ("payment", "account.payment", "editlist"),
    ),
    "account.discount": (
        ("new", "account.discount.add", "new"),
        ("edit", "account.discount.edit", "edit"),
        ("delete", "account.discount.delete", "group"),
    ),
    "accountgroup": (("account", "accountgroup.account", "editlist"),),
    "accountgroup.account": (
        ("resume", "accountgroup.account.resume", "group"),
        ("suspend", "accountgroup.account.suspend", "group"),
    ),
    "itemtype": (("edit", "itemtype.edit", "edit"),),
    "payment": (
        ("new", "payment.add", "new"),
        ("edit", "payment.edit", "edit"),
        ("filter", "payment.filter", "editnosel"),
        ("setpaid", "payment.setpaid", "group"),
        ("setinpay", "payment.setinpay", "group"),
        ("setcanceled", "payment.setcanceled", "group"),
        ("setfraud", "payment.setfraud", "group"),
        ("refund", "payment.refund", "group"),
        ("delete", "payment.delete", "group"),
    ),
    "promotion": (("discount", "promotion.discount", "editlist"),),
}
_PAYMENT_COLUMNS = (
    "id",
    "number",
    "account_name",
    "subaccountamount_iso",
    "paymethod_name",
    "create_date",
    "pay_date",
    "status",
    "project",
)
# lists that show some of their columns only; the others show all
COLUMNS: dict[str, tuple[str, ...]] = {"payment": _PAYMENT_COLUMNS, "account.payment": _PAYMENT_COLUMNS}
_MERGED = frozenset(
    {
        "toolbar",
        "toolgrp",
        "toolbtn",
        "coldata",
        "col",
        "form",
        "page",
        "field",
        "input",
        "select",
        "textarea",
        "buttons",
        "button",
    }
)
_NO_FIELD = frozenset({"tparams", "saved_filters", "messages", "metadata", "ok", "id", "slist", "list"})


def described(document: etree._Element, function: str, level: int) -> etree._Element:
    """The metadata of one of the panel's own documents."""
    listed = document.find("elem") is not None or document.find("p_elems") is not None
    metadata = etree.Element("metadata", name=function, type="list" if listed else "form", mgr="billmgr")
    metadata.set("level", str(level))
    if listed:
        metadata.set("key", "id")
        metadata.set("keyname", "number" if function.endswith("payment") else "name")
        _describe_list(metadata, document, function)
    else:
        _describe_form(metadata, document)
    return metadata


def merge(known: etree._Element, more: etree._Element) -> None:
    """Put a second description of the same thing into the first, child by child."""
    for name, value in more.attrib.items():
        known.set(str(name), str(value))
    for child in more:
        if not isinstance(child.tag, str):
            continue
        twin = _twin(known, child)
        if twin is not None:
            merge(twin, child)
        else:
            _insert(known, copy.deepcopy(child))


def drop_forbidden(document: etree._Element, allowed: Callable[[str], bool]) -> None:
    """The panel drops the toolbar buttons whose function the caller may not call (plugins 1.5)."""
    for button in document.findall("metadata/toolbar/toolgrp/toolbtn"):
        group = button.getparent()
        if group is not None and not allowed(button.get("func", "")):
            group.remove(button)


def _describe_list(metadata: etree._Element, document: etree._Element, function: str) -> None:
    toolbar = etree.SubElement(metadata, "toolbar", view="buttontext")
    group = etree.SubElement(toolbar, "toolgrp", name="edit")
    for name, opened, kind in TOOLBARS.get(function, ()):
        etree.SubElement(group, "toolbtn", name=name, func=opened, type=kind, img=f"t-{name}", sprite="yes")
    columns = etree.SubElement(metadata, "coldata")
    row = document.find("elem")
    there = ["id", "name"] if row is None else [str(cell.tag) for cell in row]
    for name in (name for name in COLUMNS.get(function, there) if row is None or name in there):
        sort = "digit" if name == "id" or "amount" in name else "alpha"
        etree.SubElement(columns, "col", name=name, type="data", sort=sort)


def _describe_form(metadata: etree._Element, document: etree._Element) -> None:
    form = etree.SubElement(metadata, "form", title="name")
    page = etree.SubElement(form, "page", name="main")
    for value in document:
        name = str(value.tag)
        if name in _NO_FIELD or len(value):
            continue
        field = etree.SubElement(page, "field", name=name)
        if document.find(f"slist[@name='{name}']") is not None:
            etree.SubElement(field, "select", name=name)
        else:
            etree.SubElement(field, "input", type="hidden" if name in ("elid", "plid") else "text", name=name)


def _twin(known: etree._Element, child: etree._Element) -> etree._Element | None:
    if child.tag not in _MERGED:
        return None
    named = [each for each in known if each.tag == child.tag and each.get("name") == child.get("name")]
    return named[0] if named else None


def _insert(parent: etree._Element, child: etree._Element) -> None:
    """Where `first`, `after` and `before` want it, else at the end."""
    names = [each.get("name") for each in parent]
    if child.get("first") == "yes":
        parent.insert(0, child)
    elif child.get("after") in names:
        parent.insert(names.index(child.get("after")) + 1, child)
    elif child.get("before") in names:
        parent.insert(names.index(child.get("before")), child)
    else:
        parent.append(child)
