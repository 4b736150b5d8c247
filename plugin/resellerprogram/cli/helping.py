"""What `--help` says beyond the options: commands in groups, examples, exit codes. Loaded for those who ask."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from ..programme.text import Text
from .output import (
    EXIT_ANOTHER_RUN,
    EXIT_CHANGED,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PARTLY,
    EXIT_UNSAFE,
    EXIT_USAGE,
)
from .speaking import Parser

GROUPS: Sequence[tuple[Text, Sequence[str]]] = (
    (Text("look", "посмотреть"), ("status", "explain", "overview", "corrections", "gaming", "notices", "changes")),
    (Text("recalculate", "пересчитать"), ("plan", "apply", "queue", "undo", "daily", "sweep")),
    (Text("clients", "клиенты"), ("members", "opening", "set-aside")),
    (Text("rules", "правила"), ("tiers", "what-if", "classes", "settings")),
    (Text("start and stop", "запустить и остановить"), ("trial", "start", "stop", "withdraw", "put-back")),
    (Text("upkeep", "обслуживание"), ("doctor", "backup", "restore", "mirror")),
)
_DONE = Text("done", "выполнено")
_OTHERS = Text("others as in `resellerprogram --help`", "остальные — как в `resellerprogram --help`")
_ACTING = (
    (EXIT_ANOTHER_RUN, Text("another recalculation is under way", "уже идёт другой пересчёт")),
    (EXIT_UNSAFE, Text("stopped by the drop limit", "остановлено лимитом снижений")),
    (EXIT_PARTLY, Text("done, but some clients wait in the queue", "выполнено, но часть клиентов ждёт в очереди")),
    (
        EXIT_CHANGED,
        Text("the preview has changed since it was confirmed", "изменения уже не те, что были подтверждены"),
    ),
)
_ALL = (
    (0, _DONE),
    (EXIT_FAILED, Text("failed; the message says why", "не выполнено; причина в сообщении")),
    (EXIT_USAGE, Text("the command is not understood", "команда написана с ошибкой")),
    *_ACTING,
    (EXIT_INTERRUPTED, Text("interrupted", "прервано")),
)
EXITS: Mapping[str, Sequence[tuple[int, Text]]] = {
    "": _ALL,
    "apply": _ACTING,
    "plan": (
        (0, Text("with --detailed-exitcode: nothing to do", "с --detailed-exitcode: менять нечего")),
        (1, Text("with it: an error, also for one client only", "с ним же: ошибка, в том числе у одного клиента")),
        (2, Text("with it: there are changes", "с ним же: есть изменения")),
    ),
    "status": (
        (0, Text("OK", "OK: всё в порядке")),
        (1, Text("WARNING", "WARNING: есть замечания")),
        (2, Text("CRITICAL", "CRITICAL: нужно вмешаться")),
    ),
    "doctor": (
        (0, Text("nothing that matters differs", "важных отличий нет")),
        (1, Text("something that matters differs", "есть важное отличие")),
    ),
}
"""Of the program and of those commands that have their own, or more to tell."""
EXAMPLES: Mapping[str, Sequence[str]] = {
    "": ("status", "plan --summary", "explain 27", "explain client@example.com --date 2025-01-31"),
    "status": ("status", "status --json"),
    "explain": ("explain 27", "explain client@example.com", "explain Atlas --date 2025-01-31"),
    "overview": ("overview",),
    "corrections": ("corrections", "corrections --account 27"),
    "gaming": ("gaming",),
    "notices": ("notices --count 10",),
    "changes": ("changes", "changes --count 10 --json"),
    "plan": ("plan", "plan --account Atlas", "plan --way fall --class vps", "plan --date 2025-01-31 --summary"),
    "apply": ("apply", "apply --account 27", "apply --plan 3f9a2b7c --allow-drop"),
    "daily": ("daily",),
    "sweep": ("sweep",),
    "queue": ("queue", "queue retry"),
    "queue list": ("queue list --json",),
    "queue retry": ("queue retry", "queue retry 5"),
    "queue drop": ("queue drop 5",),
    "undo": ("undo", "undo 12 --plan", 'undo 12 --yes --reason "wrong table"'),
    "members": ("members", 'members exclude Atlas --reason "debts"'),
    "members list": ("members list --within 7", "members list --trouble --json"),
    "members enrol": ("members enrol 27", 'members enrol client@example.com --reason "contract 15"'),
    "members exclude": ('members exclude 27 --reason "debts"', 'members exclude Atlas --yes --reason "debts"'),
    "members pin": (
        'members pin 27 "Partner #8" --until 2025-12-31 --reason "contract 15"',
        'members pin Atlas Starter --exactly --until 2025-12-31 --reason "test"',
    ),
    "members unpin": ("members unpin 27", 'members unpin Atlas --yes --reason "contract ended"'),
    "members reset": ("members reset 27",),
    "opening": ("opening", "opening import turnover.csv --dry-run"),
    "opening list": ("opening list --account 27",),
    "opening add": (
        'opening add 27 20000 --until 2025-02-15 --reason "other panel" --dry-run',
        'opening add Atlas 20000 --day 2025-01-15 --reason "other panel"',
    ),
    "opening end": ('opening end 3 --reason "entered twice"',),
    "opening import": ("opening import turnover.csv --dry-run", "opening import - --yes"),
    "set-aside": ("set-aside",),
    "tiers": ("tiers", "tiers import table.txt --dry-run"),
    "tiers show": ("tiers show --date 2025-12-31",),
    "tiers import": ("tiers import table.txt --dry-run", "tiers import table.csv --from 2025-12-01 --column ssl=-"),
    "tiers end": ("tiers end --dry-run",),
    "tiers export": ("tiers export table.csv",),
    "what-if": ("what-if table.csv --months 6", "what-if current"),
    "classes": ("classes", "classes set vps --cap vds=20"),
    "classes list": ("classes list --json",),
    "classes set": (
        "classes set vps --types vds,vds.vps --cap vds=20",
        'classes set hosting --types vhost --title-en "Web hosting" --title-ru "Веб-хостинг"',
    ),
    "classes remove": ("classes remove hosting",),
    "settings": ("settings", "settings set warn_days 3"),
    "settings show": ("settings show --json",),
    "settings set": ("settings set warn_days 3", 'settings set members group:4 --yes --reason "by contract only"'),
    "trial": ("trial",),
    "start": ("start", "start --yes"),
    "stop": ("stop",),
    "withdraw": ("withdraw --plan", 'withdraw --yes --reason "moving to another panel"'),
    "put-back": ("put-back",),
    "doctor": ("doctor", "doctor --try-on 27", "doctor --report panel.txt"),
    "backup": ("backup", "backup /root/program.db"),
    "restore": ("restore /root/program.db", "restore --from-panel"),
    "mirror": ("mirror",),
}
"""Of every command, by its words."""
_IN_RUSSIAN: Mapping[str, str] = {
    "Atlas": "Ромашка",
    '"by contract only"': '"только по договору"',
    '"contract 15"': '"договор 15"',
    '"contract ended"': '"договор закончился"',
    '"debts"': '"долги"',
    '"entered twice"': '"внесён дважды"',
    '"moving to another panel"': '"переезд в другую панель"',
    '"other panel"': '"из другой панели"',
    '"test"': '"проверка"',
    '"wrong table"': '"не та таблица"',
}
_EXAMPLES = Text("examples", "примеры")
_EXITS = Text("exit codes", "коды возврата")
_MORE = Text(
    "`resellerprogram COMMAND --help` tells the options of a command, with examples; `resellerprogram --help` tells "
    "exit codes.",
    "Ключи команды с примерами: `resellerprogram КОМАНДА --help`, коды возврата: `resellerprogram --help`.",
)


def overview(parser: Parser) -> str:
    """What there is, in groups."""
    formatter = parser._get_formatter()
    formatter.add_text(parser.description)
    _add_groups(formatter, parser)
    formatter.add_text(_MORE.say(parser.language))
    return formatter.format_help()


def help_of(parser: Parser) -> str:
    """As the standard library writes it, but the commands in groups, examples and exit codes behind."""
    name = parser.prog.partition(" ")[2]
    formatter = parser._get_formatter()
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    formatter.add_text(parser.description)
    for section in parser._action_groups:
        formatter.start_section(section.title)
        if name or _commands(parser) not in section._group_actions:
            formatter.add_arguments(section._group_actions)
        formatter.end_section()
    if not name:
        _add_groups(formatter, parser)
    said = formatter.format_help().rstrip("\n") + "\n"
    for title, lines in ((_EXAMPLES, examples(name, parser.language)), (_EXITS, _exits(name, parser.language))):
        listed = "".join(f"  {line}\n" for line in lines)
        said += f"\n{title.say(parser.language)}:\n{listed}" if listed else ""
    return said


def _add_groups(formatter: argparse.HelpFormatter, parser: Parser) -> None:
    told = {action.dest: action for action in _commands(parser)._get_subactions()}
    for title, names in GROUPS:
        formatter.start_section(title.say(parser.language))
        formatter.add_arguments([told[name] for name in names])
        formatter.end_section()


def _commands(parser: Parser) -> argparse._SubParsersAction[Parser]:
    return next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))


def examples(name: str, language: str) -> Iterator[str]:
    """What may be typed of that command."""
    for line in EXAMPLES[name]:
        for english, russian in _IN_RUSSIAN.items() if language == "ru" else ():
            line = line.replace(english, russian)
        yield f"resellerprogram {line}"


def _exits(name: str, language: str) -> Iterator[str]:
    codes = EXITS.get(name, ())
    yield from (f"{code:>3}  {text.say(language)}" for code, text in codes)
    if codes and name:
        yield "     " + _OTHERS.say(language)
