"""Which elements, attributes and values the reference knows in a plugin's description (plugins 1.2–1.8, F.2).

A strict client refuses everything else: a mistyped attribute is otherwise silently ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


YES = frozenset({"yes"})
BUTTON_TYPES = _words(
    "new edit editnosel editlist group groupform groupformnosel groupwindow groupdownload "
    "list refresh back action window windownosel preview url "
)
_LEVEL = r"(nobody|user|reseller|admin|super|root|all|registered|\d+)\+?"
_LEVELS = re.compile(rf"{_LEVEL}( {_LEVEL})*")
_PLACES = frozenset({"after", "before", "first", "last"})
_CONDITION = frozenset({"name", "value", "level"})

# element: its attributes, what it may hold
_HANDLERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "mgrdata": (frozenset(), frozenset({"plugin", "handler", "mainmenu", "metadata", "lang", "library"})),
    "plugin": (frozenset({"name"}), frozenset({"group", "author", "params", "msg", "version"})),
    "group": (frozenset(), frozenset()),
    "author": (frozenset(), frozenset()),
    "version": (frozenset(), frozenset()),
    "handler": (frozenset({"name", "type", "ignore_errors"}), frozenset({"func", "event"})),
    "func": (frozenset({"name"}), frozenset()),
    "event": (frozenset({"name", "before", "after", "final", "base", "postdata"}), frozenset()),
    "mainmenu": (frozenset({"level"}), frozenset({"node", "modernmenu"})),
    "node": (
        frozenset({"name", "action", "type", "image", "icon", "spritesvg", "after", "before", "first"}),
        frozenset({"node"}),
    ),
    "lang": (frozenset({"name"}), frozenset({"messages"})),
    "messages": (frozenset({"name", "rename"}), frozenset({"msg", "include"})),
    "msg": (frozenset({"name", "lang"}), frozenset()),
    "include": (frozenset({"name"}), frozenset()),
}
_PAGES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "metadata": (
        _words("name type key keyname mgr level selficon sprite spritesvg decorated autoupdate title_icon firstrun "),
        frozenset({"toolbar", "coldata", "form", "include", "band"}),
    ),
    "band": (frozenset({"name"}), frozenset({"diagram", "col", "query"})),
    "diagram": (frozenset({"name", "label", "data", "type"}), frozenset({"line"})),
    "line": (frozenset({"data"}), frozenset()),
    "query": (frozenset(), frozenset()),
    "period": (frozenset(), frozenset()),
    "toolbar": (frozenset({"view"}), frozenset({"toolgrp"})),
    "toolgrp": (frozenset({"name", "separator", "level", "img"}) | _PLACES, frozenset({"toolbtn"})),
    "toolbtn": (
        _words("func name type img level default warning if nogroupedit sprite spritesvg ") | _PLACES,
        frozenset({"hide", "show", "remove"}),
    ),
    "hide": (_CONDITION, frozenset()),
    "show": (_CONDITION, frozenset()),
    "remove": (_CONDITION, frozenset()),
    "coldata": (frozenset(), frozenset({"col"})),
    "col": (
        _words(
            "name type sort sorted level stat total align width height noescaping editform nestedlist "
            "nestedlist_blank activehint hidden convert "
        )
        | _PLACES,
        frozenset({"setcolor", "prop", "xprop"}),
    ),
    "setcolor": (frozenset({"color", "value"}), frozenset()),
    "prop": (_words("name img stat sprite spritesvg "), frozenset()),
    "xprop": (_words("name value img stat sprite spritesvg "), frozenset()),
    "form": (
        _words("title helpurl nosubmit nocancel nonext noback wizard maxwidth "),
        frozenset({"page", "field", "buttons", "period"}),
    ),
    "page": (frozenset({"name", "collapsed", "if", "remove_if"}) | _PLACES, frozenset({"field"})),
    "field": (
        _words("name base level noname fullwidth formwidth fixed remove_if if experience customfield required ")
        | _PLACES,
        frozenset({"input", "select", "textarea", "textdata", "htmldata", "desc", "link", "list", "frame"}),
    ),
    "input": (
        _words(
            "type name required private readonly maxlength zoom mask date delimiter check checkargs "
            "setvalues save unlimit identifier convert "
        ),
        frozenset({"if", "else"}),
    ),
    "select": (
        _words("name type sorted depend inline setvalues period dismiss query required level "),
        frozenset({"if", "else"}),
    ),
    "textarea": (frozenset({"name", "rows", "height", "readonly", "check"}), frozenset()),
    "textdata": (frozenset({"name", "type", "warning"}), frozenset()),
    "htmldata": (frozenset({"name"}), frozenset()),
    "desc": (frozenset({"name"}), frozenset()),
    "link": (frozenset({"name", "target", "referrer"}), frozenset()),
    "list": (frozenset({"name", "key", "type"}), frozenset({"col"})),
    "frame": (frozenset({"name", "forcetheme", "fullpage", "keepalive"}), frozenset()),
    "if": (frozenset({"value", "empty", "hide", "shadow"}), frozenset()),
    "else": (frozenset({"hide", "shadow"}), frozenset()),
    "buttons": (frozenset(), frozenset({"button"})),
    "button": (
        _words("name type func color keepform blocking disabled default "),
        frozenset(),
    ),
}
_VALUES: dict[tuple[str, str], frozenset[str]] = {
    ("metadata", "type"): frozenset({"list", "form", "report"}),
    ("metadata", "firstrun"): frozenset({"yes", "no"}),
    ("band", "total"): frozenset({"sum", "count"}),
    ("handler", "type"): frozenset({"xml", "cgi"}),
    ("toolbar", "view"): frozenset({"buttontext"}),
    ("toolbtn", "type"): BUTTON_TYPES,
    ("col", "type"): frozenset({"data", "msg", "img", "button"}),
    ("col", "sort"): frozenset({"digit", "alpha"}),
    ("col", "align"): frozenset({"left", "right", "center"}),
    ("setcolor", "color"): frozenset({"red", "yellow", "green", "blue", "black"}),
    ("input", "type"): frozenset({"text", "password", "checkbox", "toggle", "hidden", "msg", "file"}),
    ("input", "date"): frozenset({"yes", "month"}),
    ("input", "check"): _words("int date datetime money url email phone ip certificatelatin "),
    ("input", "setvalues"): frozenset({"yes", "blocking", "final", "finalblock", "skipfiles"}),
    ("select", "type"): frozenset({"multiple", "radio"}),
    ("select", "setvalues"): frozenset({"yes", "blocking"}),
    ("list", "type"): frozenset({"table"}),
    ("textdata", "type"): frozenset({"msg", "data"}),
    ("button", "type"): _words("ok cancel back next blank setvalues func reset "),
    ("if", "empty"): frozenset({"yes", "no"}),
}
_FLAGS = _words(
    "required private readonly collapsed default warning nogroupedit separator stat hidden "
    "sprite spritesvg noname fullwidth formwidth fixed nosubmit nocancel nonext noback before "
    "after final ignore_errors decorated "
)
_NAMED = frozenset(
    {
        "metadata",
        "toolgrp",
        "toolbtn",
        "col",
        "page",
        "field",
        "select",
        "list",
        "button",
        "msg",
        "node",
        "band",
        "diagram",
    }
)


OF_THE_CORE = frozenset({"value"})
"""What the core has written into a column by the time a page is shown: the total of a band's (reports.py)."""


def complaints(element: etree._Element, *, whole: bool = False) -> Iterator[str]:
    """What the reference does not know in a description, or, unless it is the `whole` file, in one page of it."""
    known = {**_HANDLERS, **_PAGES} if whole else _PAGES
    for each in element.iter():
        if not isinstance(each.tag, str):
            continue
        if each.tag not in known:
            yield f"<{each.tag}> is unknown (line {each.sourceline})"
            continue
        attributes, children = known[each.tag]
        if each.tag == "col" and not whole:
            attributes |= OF_THE_CORE
        yield from _about(each, attributes, children)


def _about(each: etree._Element, attributes: frozenset[str], children: frozenset[str]) -> Iterator[str]:
    where = f"<{each.tag} name={each.get('name')!r}> (line {each.sourceline})"
    parent = each.getparent()
    in_band = each.tag == "col" and parent is not None and parent.tag == "band"
    for name, value in each.attrib.items():
        if in_band and name == "total" and value not in _VALUES["band", "total"]:
            yield f"{where}: {name}={value!r} is unknown"
        elif name not in attributes:
            yield f"{where}: attribute {name!r} is unknown"
        elif not _may_be(str(each.tag), str(name), str(value)):
            yield f"{where}: {name}={value!r} is unknown"
    if each.tag in _NAMED and not each.get("name"):
        yield f"{where} has no name"
    for child in each:
        if isinstance(child.tag, str) and child.tag not in children:
            yield f"{where} may not hold <{child.tag}>"
    if each.tag == "if" and ("value" in each.attrib) == ("empty" in each.attrib):
        yield f"{where} needs either value or empty"
    if each.tag == "toolbtn" and not (each.get("func") and each.get("type")):
        yield f"{where} needs func and type"


def _may_be(tag: str, name: str, value: str) -> bool:
    if (tag, name) in _VALUES:
        return value in _VALUES[tag, name] or (name == "setvalues" and value.isdecimal())
    if name == "level":
        return _LEVELS.fullmatch(value) is not None
    if name in ("after", "before") and tag not in ("event",):
        return bool(value)
    if name == "sorted":
        return re.fullmatch(r"[+-]\d+|asc|yes", value) is not None
    if name in ("autoupdate", "maxlength", "rows", "width", "height", "zoom"):
        return value.isdecimal()
    return value in YES if name in _FLAGS else True
