"""Plugins: descriptions from etc/xml, handlers run as processes (reference F)."""

from __future__ import annotations

import copy
import os
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from .documents import Refusal
from .metadata import merge
from .request import Request

LEVELS = {"nobody": 0, "user": 16, "reseller": 24, "admin": 29, "super": 30, "root": 30}
TIMEOUT = 60


@dataclass(frozen=True)
class Handler:
    """An executable of the addon folder. kind: xml, cgi or background."""

    name: str
    kind: str
    ignore_errors: bool = False
    session_data: bool = False


@dataclass(frozen=True)
class MenuNode:
    """A line of the menu: what it opens, and whether that was said or only guessed from a leaf's name."""

    level: str
    name: str
    opens: str
    sure: bool

    def shown_to(self, level: int, exact: bool) -> bool:
        return may(self.level, level, exact)

    def title(self, texts: dict[str, str]) -> str:
        return texts.get(f"menu_{self.name}") or texts.get(f"modernmenu_{self.name}") or self.name


@dataclass
class Plugins:
    """What the descriptions say: functions, events by (function, stage), menu, metadata and messages by name."""

    functions: dict[str, Handler] = field(default_factory=dict)
    events: dict[tuple[str, str], list[Handler]] = field(default_factory=dict)
    metadata: dict[str, etree._Element] = field(default_factory=dict)
    messages: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    menu: list[MenuNode] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, root: Path, handlers: str = "joined") -> Plugins:
        """Every well-formed etc/xml/billmgr_mod_*.xml; a broken one is logged and left out. `handlers` named in several
        files are `joined`, or taken from the `first` alone."""
        plugins = cls()
        named: set[str] = set()
        for path in sorted((root / "etc" / "xml").glob("billmgr_mod_*.xml")):
            try:
                read = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
                here = {each.get("name", "") for each in read.iterfind("handler")}
                for each in read.findall("handler") if handlers == "first" else []:
                    if each.get("name") in named:
                        read.remove(each)
                named |= here
                plugins._read(read)
            except etree.XMLSyntaxError as error:
                plugins.log.append(f"core ERROR {path.name}: {error}")
        return plugins

    def may(self, function: str, level: int, exact: bool) -> bool:
        """Access is the description's alone: what has no level there is open to every user (panel-2 A5)."""
        described = self.metadata.get(function)
        return may("all" if described is None else described.get("level", "all"), level, exact)

    def title(self, function: str, language: str) -> str:
        return self.messages.get((language, function), {}).get("title", function)

    def decorate(self, document: etree._Element, function: str, language: str) -> None:
        """Put metadata and messages of a function into its document."""
        if function in self.metadata and document.find("metadata") is None:
            document.append(copy.deepcopy(self.metadata[function]))
        texts = self.messages.get((language, function))
        if texts and document.find("messages") is None:
            element = etree.SubElement(document, "messages", name=function)
            for name, text in texts.items():
                etree.SubElement(element, "msg", name=name).text = text

    def _read(self, description: etree._Element) -> None:
        for element in description.iterfind("handler"):
            handler = Handler(
                element.get("name", ""),
                element.get("type", "xml"),
                element.get("ignore_errors") == "yes",
                element.get("sessiondata") == "yes",
            )
            for function in element.iterfind("func"):
                self.functions[function.get("name", "")] = handler
                self.log.append(f"action EXTINFO Register action '{function.get('name')}' by '{handler.name}'")
            for event in element.iterfind("event"):
                self._event(handler, event)
        for element in description.iterfind("metadata"):
            self._merge(element)
        for element in description.iterfind("mainmenu"):
            self.menu += [_menu_node(node, element.get("level", "user")) for node in element.iter("node")]
        for language in description.iterfind("lang"):
            for messages in language.iterfind("messages"):
                texts = self.messages.setdefault((language.get("name", ""), messages.get("name", "")), {})
                texts.update({each.get("name", ""): each.text or "" for each in messages.iterfind("msg")})

    def _event(self, handler: Handler, event: etree._Element) -> None:
        function = event.get("name", "")
        if handler.kind == "background":
            self.events.setdefault((function, "background"), []).append(handler)
        for stage in ("before", "after", "final"):
            if event.get(stage) == "yes" and handler.kind != "background":
                self.events.setdefault((function, stage), []).append(handler)
        self.log.append(f"action EXTINFO Register event '{handler.name}' for action '{function}'")

    def _merge(self, described: etree._Element) -> None:
        name = described.get("name", "")
        if name in self.metadata:
            merge(self.metadata[name], described)
        else:
            self.metadata[name] = copy.deepcopy(described)


def _menu_node(node: etree._Element, level: str) -> MenuNode:
    name = node.get("name", "")
    said = node.get("action") or (name if node.get("type") else "")
    guessed = "" if node.find("node") is not None else name
    return MenuNode(node.get("level", level), name, said or guessed, bool(said))


def may(levels: str, level: int, exact: bool) -> bool:
    """Whether `level` is among "admin+ 16 registered": several apart by spaces, a plus is "at least" (panel-2 A5)."""
    return any(_matches(each, level, exact) for each in levels.split())


def _matches(said: str, level: int, exact: bool) -> bool:
    if said in ("all", "registered"):
        return said == "all" or level > 0
    name = said.rstrip("+")
    needed = int(name) if name.isdecimal() else LEVELS.get(name, 30)
    return level == needed if exact and not said.endswith("+") else level >= needed


def run_handler(root: Path, handler: Handler, request: Request, stage: str, document: etree._Element) -> etree._Element:
    """Run a handler for a request and give the document that results. Raises Refusal when it fails or refuses."""
    given = etree.tostring(document, encoding="UTF-8", xml_declaration=True) if handler.kind == "xml" else b""
    try:
        done = subprocess.run(
            [str(root / "addon" / handler.name)],
            input=given,
            capture_output=True,
            cwd=root,
            env=environment(root, request, stage),
            timeout=TIMEOUT,
            check=False,
        )
        printed = etree.fromstring(done.stdout, etree.XMLParser(resolve_entities=False))
        if done.returncode != 0:
            raise ValueError(done.stderr.decode("utf-8", "replace")[-500:])
    except (OSError, ValueError, etree.XMLSyntaxError, subprocess.TimeoutExpired) as error:
        if handler.ignore_errors:
            return document
        raise Refusal(
            "plugin",
            handler.name,
            "",
            f"{handler.name} plugin terminated with an error or returned an invalid XML. {error}",
        ) from error
    failure = printed.find("error")
    if failure is not None:
        raise _refusal(failure)
    if handler.kind == "xml":
        return printed
    for child in list(printed):
        document.append(child)
    return document


def _refusal(failure: etree._Element) -> Refusal:
    """A handler's own error, parameters and text kept (F.4)."""
    params = {each.get("name", ""): each.text or "" for each in failure.iterfind("param")}
    value = failure.get("value") or params.get("value", "")
    text = failure.findtext("msg") or ""
    return Refusal(failure.get("type", ""), failure.get("object", ""), value, text, params)


def run_background(root: Path, handler: Handler, request: Request, document: etree._Element) -> None:
    """Start a handler after the response; nobody waits for it."""
    given = etree.tostring(document) if handler.session_data else b""
    variables = environment(root, request, "background")

    def work() -> None:
        subprocess.run(
            [str(root / "addon" / handler.name)],
            input=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=variables,
            check=False,
        )

    threading.Thread(target=work, daemon=True).start()


def environment(root: Path, request: Request, stage: str) -> dict[str, str]:
    """What a handler finds in its environment (F.4)."""
    parameters = {f"PARAM_{name}": value for name, value in request.params.items() if "\0" not in name + value}
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        **request.environment,
        **parameters,
        "PARAM_func": request.func,
        "AUTH_USER": request.caller.user,
        "AUTH_LEVEL": str(request.caller.level),
        "AUTH_IP": "127.0.0.1",
        "EVENT_TYPE": stage,
        "ACTION_NAME": request.func,
    }
