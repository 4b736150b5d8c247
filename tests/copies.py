"""Files that hold a copy of what is declared elsewhere: of programme/settings.py the form that the panel reads and the
documents' table, of cli/parser.py the completion for bash.

`PYTHONPATH=.:plugin python -m tests.copies` writes them; tests/test_copies.py fails while they differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from resellerprogram.programme.kinds import Currency, Flag, Kind, Line, Members, OneOf, Percent, Provider, SomeOf, Whole
from resellerprogram.programme.settings import GROUP_TITLES, SETTINGS, Group, Setting
from resellerprogram.programme.text import LANGUAGES, Text

from tests.completion import completion

PROJECT = Path(__file__).resolve().parents[1]
FORM = PROJECT / "xml" / "billmgr_mod_resellerprogram_settings.xml"
TABLES = {"en": PROJECT / "docs" / "settings.md", "ru": PROJECT / "docs" / "settings.ru.md"}
COMPLETION = PROJECT / "plugin" / "completion" / "resellerprogram.bash"

_TITLE = Text("Settings", "Настройки")
_CLIENT_GROUP = (
    Text("Client group", "Группа клиентов"),
    Text("Clients in this group are members", "Участвуют клиенты из этой группы"),
)
_NEVER_COUNTED = Text(
    "Promised payments, cashback, certificates, and payments awaiting refund, refunded, "
    "fraudulent or cancelled never count. A refund is subtracted",
    "Никогда не учитываются обещанные платежи, кэшбэк, сертификаты, ожидающие возврата, "
    "возвращённые, мошеннические и отменённые. Возврат вычитается",
)

_LOOKS_AGAIN = ' setvalues="blocking"'
"""Nothing is typed meanwhile: the panel is asked."""
_LOSS = (
    '<field name="told" noname="yes"><input type="hidden" name="told"/></field>',
    '<field name="loss" noname="yes" formwidth="yes"><textdata name="loss" type="data" warning="yes"/></field>',
    '<field name="reason"><input type="text" name="reason" maxlength="500"/></field>',
    '<field name="confirm"><input type="checkbox" name="confirm"/></field>',
)
"""Shown where what was typed takes discounts from somebody."""
_LOSS_TEXTS = (
    ("lowering", Text("Who loses discounts", "У кого отменятся скидки")),
    ("reason", Text("Reason", "Причина")),
    ("hint_reason", Text("Kept in the change log", "Сохранится в журнале")),
    ("confirm", Text("I understand what is lost", "Понимаю, что отменится")),
    ("hint_confirm", Text("Required", "Обязательно")),
)

_EMPTY, _YES = Text("empty", "пусто"), Text("yes", "да")
_TABLE = Text(
    """# Settings

[По-русски](settings.ru.md)

Set by `resellerprogram settings set NAME VALUE` or on the page *Settings*; a value that does not fit the panel is
refused. What is set now:

```sh
resellerprogram settings
```

*Level*: from which on an administrator may change it; 29 is an employee, 30 an administrator with full access.
*Lowers*: a change can lower or end discounts that the program has given. Whose is told before it is changed, and a
reason and a yes are asked for (`--yes --reason TEXT` where nobody sits at the terminal); the next recalculation still
stops where it would take more than the drop limit. `employee`, `panel_url`:
[the connection](operating.md#the-connection-to-the-panel).

This page is written by `PYTHONPATH=.:plugin python -m tests.copies` from
`plugin/resellerprogram/programme/settings.py`.

| name | default | level | lowers | meaning |
|---|---|---|---|---|
""",
    """# Настройки

[English](settings.md)

Задаются командой `resellerprogram settings set ИМЯ ЗНАЧЕНИЕ` или на странице «Настройки»; значение, которое панели не
подходит, не принимается. Что задано сейчас:

```sh
resellerprogram settings
```

*Доступ* — кто может менять настройку: 29 — сотрудник, 30 — администратор с полным доступом.
*Снижает* — изменение может снизить или отменить скидки, уже данные программой. До изменения программа называет, у кого,
и просит причину и согласие (`--yes --reason ТЕКСТ`, если за терминалом никого нет); если следующий пересчёт всё же
снизит больше, чем разрешает лимит снижений, он остановится. `employee`, `panel_url`:
[связь с панелью](operating.ru.md#связь-с-панелью).

Эту страницу пишет `PYTHONPATH=.:plugin python -m tests.copies` по
`plugin/resellerprogram/programme/settings.py`.

| имя | по умолчанию | доступ | снижает | что значит |
|---|---|---|---|---|
""",
)


def _control(setting: Setting) -> str:
    """What may lower somebody's discounts lets the form look again, and tell whose."""
    kind = setting.kind
    name = f'name="{setting.name}"' + (_LOOKS_AGAIN if setting.may_lower else "")
    if isinstance(kind, Flag):
        return f'<input type="checkbox" {name}/>'
    if isinstance(kind, SomeOf):
        return f'<select {name} type="multiple"/>'
    if isinstance(kind, (OneOf, Provider, Currency)) or (isinstance(kind, Whole) and kind.is_chosen):
        return f"<select {name}/>"
    if isinstance(kind, Members):
        hiding = "".join(f'<if value="{rule}" hide="group"/>' for rule in kind.rules if rule != "group")
        return f'<select {name} type="radio">{hiding}</select>'
    if isinstance(kind, Line):
        return f'<input type="text" {name} maxlength="{kind.longest}"/>'
    return f'<input type="text" {name} required="yes"{_bounds(kind)}/>'


def _bounds(kind: Kind) -> str:
    if isinstance(kind, Percent):
        return ' check="money" checkargs="0,100"'
    assert isinstance(kind, Whole), kind
    return ' check="int"' + (f' checkargs="{kind.least},{kind.most}"' if kind != Whole() else "")


def _fields(group: Group) -> Iterator[str]:
    for setting in SETTINGS.values():
        if setting.group is group:
            yield f'<field name="{setting.name}">{_control(setting)}</field>'
            if isinstance(setting.kind, Members):
                yield f'<field name="group"><select name="group"{_LOOKS_AGAIN}/></field>'
    if group is Group.WHAT_COUNTS:
        yield '<field name="kinds" formwidth="yes"><textdata name="kinds" type="msg"/></field>'


def _form() -> Iterator[str]:
    for group in Group:
        collapsed = ' collapsed="yes"' if group is Group.CONNECTION else ""
        yield f'      <page name="{group.value}"{collapsed}>'
        yield from (f"        {field}" for field in _fields(group))
        yield "      </page>"
    yield '      <page name="lowering">'
    yield from (f"        {field}" for field in _LOSS)
    yield "      </page>"


def _messages() -> Iterator[tuple[str, Text]]:
    yield "title", _TITLE
    for group, title in GROUP_TITLES.items():
        yield group.value, title
    for setting in SETTINGS.values():
        yield setting.name, setting.label
        yield f"hint_{setting.name}", setting.hint
    yield from zip(("group", "hint_group"), _CLIENT_GROUP)
    yield "kinds", _NEVER_COUNTED
    yield from _LOSS_TEXTS


def form() -> str:
    """The description of the settings' page."""
    texts = "".join(
        f'\n  <lang name="{language}">\n    <messages name="resellerprogram.settings">\n'
        + "".join(f'      <msg name="{name}">{escape(text.say(language))}</msg>\n' for name, text in _messages())
        + "    </messages>\n  </lang>\n"
        for language in LANGUAGES
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- settings: written by `python -m tests.copies` from programme/settings.py -->
<mgrdata>
  <handler name="resellerprogram" type="xml">
    <func name="resellerprogram.settings"/>
  </handler>

  <metadata name="resellerprogram.settings" type="form" mgr="billmgr" level="admin+">
    <form>
      <field name="seen" noname="yes"><input type="hidden" name="seen"/></field>
{chr(10).join(_form())}
    </form>
  </metadata>
{texts}</mgrdata>
"""


def _row(setting: Setting, language: str) -> str:
    default = f"`{setting.default}`" if setting.default else _EMPTY.say(language)
    lowers = _YES.say(language) if setting.may_lower else ""
    return f"| `{setting.name}` | {default} | {setting.level} | {lowers} | {setting.about.say(language)} |\n"


def table(language: str) -> str:
    """The documents' table of settings."""
    return _TABLE.say(language) + "".join(_row(setting, language) for setting in SETTINGS.values())


def copies() -> dict[Path, str]:
    """What each of these files must hold."""
    tables = {file: table(language) for language, file in TABLES.items()}
    return {FORM: form(), **tables, COMPLETION: completion()}


if __name__ == "__main__":
    for file, text in copies().items():
        file.write_text(text, encoding="utf-8")
