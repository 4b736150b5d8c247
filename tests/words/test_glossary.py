"""One word for one thing: what people read never has the words that the glossary forbids.

Looked at is every text of the pages' description in both languages, every pair of texts in the code, whatever else is
written in Russian there, what the installer says, and what the demo says. Where a forbidden word is right, it stands
in `MEANT` with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from resellerprogram.programme import bounds
from resellerprogram.programme.errors import BadInput

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "plugin" / "resellerprogram"
RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
COMMAND = re.compile(r"[a-z-]+|[a-z_]+\.[a-z_]+")
"""A command's or a handler's name, which stands beside its texts."""

FORBIDDEN = {
    "ru": {
        r"партн[её]рск(?:ая|ой|ую) программ": "реселлерская программа",
        r"партн[её]рские скидки": "скидки программы",
        r"реферальн": "реселлерская программа",
        r"\bуров(?:ень|н[а-я]+)\b": "статус",
        r"\bокн(?:о|а|е|у|ом)\b": "период",
        r"\bобход(?:а|ом|е|у)?\b": "сверка",
        r"\bрешени(?:е|я|ю|ем|и|й)\b|\bрешено\b": "расчёт",
        r"\bотлож|\bотклад": "приостановить",
        r"возвра(?:т|щена|щены) (?:отложенных )?скид": "восстановить",
        r"\bчуж(?:ая|ие|их|ой|ую|ими)\b": "другая персональная скидка",
        r"\bкласс(?:а|у|е|ы|ов|ам|ами|ах|ом)?\b": "категория услуг",
        r"\bтип(?:а|у|е|ы|ов|ам|ах)? услуг": "тип продукта",
        r"(?<!ромо)акци(?:я|и|ю|ей|й)\b": "промоакция",
        r"\bаккаунт": "клиент",
        r"\bпроект": "провайдер",
        r"полн(?:ый|ого|ому|ым) администратор": "администратор с полным доступом",
        r"\bпредел(?:а|у|ом)? снижени|снять предел|без предела": "лимит снижений",
        r"\bброшен": "попытки прекращены",
        r"\bзаб(?:ыть|ыто)\b": "убрать из очереди",
        r"\bзаписа(?:ть|н|ны) (?:клиент|выбранн|в программу)|\bзаписанн\w+ (?:администратор|вручную)": "включить",
        r"\bсня(?:ть|то|ты|ла|л|тие) (?:скид|программ)|программа снята": "отменить",
        r"ежедневный пересч|общ(?:ий|его|ем) пересч": "ночной пересчёт, пересчёт всех участников",
        r"\bплан(?:а|у|е|ом|ы)?\b": "предварительный расчёт",
        r"что дальше|кто что менял": "прогноз, журнал изменений",
        r"в указаниях|отдельным указанием": "особые условия",
        r"(?<!\.\d)\d RUB\b": "52 000 ₽; 52000.00 RUB in the lists of administrators alone",
        r"\d%": "19 %, with a space",
        r"указани\w+ об участник": "условия клиента",
        r"обяз\w+ подтвер|^подтверждаю": "Понимаю: what follows",
        r"по правилу участия": "как в настройках",
        r"к изменению:|писать нечего|запишет `": "скидки верны, менять нечего",
        r"поставить плагин|возвращаем всё как было": "установить, восстановить",
    },
    "en": {
        r"programme": "program",
        r"partner program|affiliate|referral": "reseller program",
        r"\bwindows?\b": "period",
        r"\bsweeps?\b": "reconciliation",
        r"\bdecisions?\b|\bdecided\b": "calculation",
        r"\bset(?:s|ting)? (?:\w+ ){0,3}aside\b": "suspend",
        r"\b(?:put|gives?|given) back (?:the |what )?(?:discount|others|suspend)|\bput back\b": "restore",
        r"\benrol(?:l?ed|ment|s)?\b": "include",
        r"\btakes? (?:no )?part\b": "member",
        r"\btak(?:e|es|en|ing) (?:the |its |\w+ )?(?:discounts |programme |program )?off\b": "remove",
        r"\bclass(?:es)?\b": "category",
        r"\bservice types?\b": "product type",
        r"\btariffs?\b(?! plan)": "tariff plan",
        r"\baccounts?\b": "client",
        r"\bprojects?\b": "provider",
        r"\bfull administrators?\b": "administrator with full access",
        r"\bgiven up\b": "retries stopped",
        r"\bforget\b|\bforgotten\b": "remove from the queue",
        r"\b(?:daily|nightly|next|last|another|each|every|good|large) runs?\b(?! `)|\ba run (?:that|of|is|was)\b":
            "recalculation",
        r"\bplans?\b": "preview",
        r"(?:my|your|the|no|a) status(?:es)?\b(?! (?:page|icon))": "tier",
        r"looking ahead|who changed what": "forecast, change log",
        r"support knows|whole story": "contact support; details",
        r"\bpa(?:y|ys|id|ying) in\b": "add funds, payments",
        r"(?<!\.\d)\d RUB\b": "RUB 52,000; 52000.00 RUB in the lists of administrators alone",
        r"\d%": "19 %, with a space",
        r"\bI mean (?:it|what)\b|it is what I mean": "I understand: what follows",
        r"\b(?:a|each|every|no) falls?\b|\bfalls next\b": "drop",
        r"\bwhat was said of\b": "the client's terms",
        r"as the rule says|by the rule\b": "as in the settings",
    },
}  # fmt: skip
"""What is not said, and what is said instead."""

MEANT = {
    "en": {
        r"tariff plans?": "the panel's own word",
        r"all clients with a status": "the panel's status of a client, as its list shows it",
        r"`[^`]*`|(?:resellerprogram|/sbin/·|\n  ·) [a-z-]+(?: [a-z]+)?|--[a-z-]+":
            "a command or an option keeps its name",
        r"\bclasses set \S+": "a command keeps its name",
        r"\baccount(?:group)?\.\w+[.*]?|account_id|subaccounts?": "functions and fields of the panel",
        r"\bmembers = \S+|all, enrolled, or|enrolled \(": "a setting's values keep their names",
        r"set_aside": "a setting's value",
        r"\{[^}]*\}": "a placeholder",
        r"does not tell whose|column project": "a column of the panel",
    },
    "ru": {
        r"`[^`]*`|resellerprogram [a-z-]+(?: [a-z]+)?": "a command keeps its name",
        r"\{[^}]*\}": "a placeholder",
        r"тарифн\w+ план\w*": "the panel's own word",
        r"столбце project": "a column of the panel",
    },
}  # fmt: skip
"""Where such a word is right, and why."""

NOT_TEXTS = {
    "programme/pasting/columns.py": "words by which a column of a pasted table is known",
    "programme/pasting/figures.py": "how published amounts are written",
    "programme/opening_lists.py": "headings by which a column of a list is known",
    "programme/ownership.py": "names that earlier releases gave our discounts",
    "doctor/vocabulary.py": "names that documents of panels have",
}


def without_what_is_meant(text: str, language: str) -> str:
    for pattern in MEANT[language]:
        text = re.sub(pattern, "·", text, flags=re.IGNORECASE)
    return text


def wrong_words(text: str, language: str) -> list[str]:
    """'window: period' for each forbidden word in a text."""
    left = without_what_is_meant(text, language)
    return [
        f"{found[0]}: {instead}"
        for pattern, instead in FORBIDDEN[language].items()
        for found in [re.search(pattern, left, re.IGNORECASE)]
        if found
    ]


def described() -> Iterator[tuple[str, str, str]]:
    """Place, language and text of every message of the pages' description."""
    for file in sorted((PROJECT / "xml").glob("*.xml")):
        for message in etree.parse(str(file)).iter("msg"):
            language = message.get("lang") or next(each.get("name") for each in message.iterancestors("lang"))
            yield f"{file.name}: {message.get('name')}", str(language), message.text or ""


def _constant(node: ast.AST) -> str | None:
    """A text as it is written; of an f-string what stands between its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def spoken(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Every text in Russian in the code, and what stands before it as its English."""
    for file in sorted(folder.rglob("*.py")):
        if str(file.relative_to(folder)) in NOT_TEXTS:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            beside = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            beside = [part for each in beside for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
            texts = [(each, text) for each in beside for text in [_constant(each)] if text is not None]
            pairs = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text"
            if not pairs and not any(RUSSIAN.search(text) for _, text in texts):
                continue
            for each, text in texts:
                if id(each) not in documents and not COMMAND.fullmatch(text):
                    place = f"{file.relative_to(PROJECT)}:{each.lineno}"
                    yield place, "ru" if RUSSIAN.search(text) else "en", text


def installer() -> Iterator[tuple[str, str, str]]:
    """What stands between quotes after `say` and `die`."""
    script = (PROJECT / "install.sh").read_text(encoding="utf-8")
    for said in re.findall(r'"((?:[^"\\$]|\\.|\$\{?\w+\}?|\$\("[^"]*"[^)]*\))*)"', script):
        text = re.sub(r"\$\{?\w+\}?|\./install\.sh \w+|put-back", "·", said)
        if RUSSIAN.search(text):
            yield "install.sh", "ru", text
        elif " " in text:
            yield "install.sh", "en", text


FOR_DEVELOPERS = {"adding", "cases", "design", "panel", "rules"}
CODE_AND_LINKS = re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)\s]*\)", re.MULTILINE | re.DOTALL)


def documents() -> Iterator[tuple[str, str, str]]:
    """What the documents for users say, outside of code."""
    for path in sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")]):
        if path.name.partition(".")[0] not in FOR_DEVELOPERS:
            language = "ru" if path.name.endswith(".ru.md") else "en"
            for line in CODE_AND_LINKS.sub("·", path.read_text(encoding="utf-8")).splitlines():
                yield path.name, language, line


TEXTS = {
    "the description": list(described()),
    "the code": list(spoken(PACKAGE)),
    "the demo": [
        *spoken(PROJECT / "tests" / "demo"),
        *(
            (name, language, (PROJECT / "tests" / "demo" / name).read_text(encoding="utf-8"))
            for name, language in (("try.en.txt", "en"), ("try.ru.txt", "ru"))
        ),
    ],
    "the installer": list(installer()),
    "the documents": list(documents()),
}


@pytest.mark.parametrize("where", TEXTS)
def test_no_text_has_a_word_that_the_glossary_forbids(where: str) -> None:
    wrong = [(place, found, text) for place, language, text in TEXTS[where] if (found := wrong_words(text, language))]
    assert wrong == []


UNTIL_A_DAY = re.compile(r"\buntil \{(?:until|last|day|end)\w*\}|\buntil \d")


def test_whether_a_last_day_is_included_is_said() -> None:
    """Through a day, by a deadline; until a day leaves it open."""
    open_ended = [(place, text) for place, _, text in TEXTS["the code"] if UNTIL_A_DAY.search(text)]
    assert open_ended == []
    assert UNTIL_A_DAY.search("pinned until {until}: {reason}")


QUOTED_AS_A_PROGRAM_DOES = re.compile(r"\{\w+!r\}|(?<![\w(=\[])'\{\w+\}'")


def test_what_somebody_typed_stands_in_the_quotation_marks_of_the_language() -> None:
    """“x” and «x», not 'x' as a program writes it; empty, it is not quoted at all."""
    quoted = [(place, text) for place, _, text in TEXTS["the code"] if QUOTED_AS_A_PROGRAM_DOES.search(text)]
    assert quoted == []
    assert QUOTED_AS_A_PROGRAM_DOES.search("there is no client {text!r}")
    for read in (bounds.amount, bounds.day):
        with pytest.raises(BadInput) as refused:
            read("")
        assert not re.search("“”|«»|''", refused.value.text.en + refused.value.text.ru)


def test_texts_are_found_where_they_are() -> None:
    """So that none of this passes because it looked at nothing."""
    assert {
        where: len(texts) > least for (where, texts), least in zip(TEXTS.items(), (1500, 2000, 100, 100, 400))
    } == dict.fromkeys(TEXTS, True), {where: len(texts) for where, texts in TEXTS.items()}
    languages = {language for texts in TEXTS.values() for _, language, _ in texts}
    assert languages == {"en", "ru"}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Партнёрская программа", "ru", True),
        ("Закреплён на уровне", "ru", True),
        ("Отложенные скидки", "ru", True),
        ("тарифный план", "ru", False),
        ("Reseller programme", "en", True),
        ("Payments of the window", "en", True),
        ("see `resellerprogram plan`", "en", False),
        ("client {account}", "en", False),
        ("Не хватает 47 000 RUB.", "ru", True),
        ("52000.00 RUB", "ru", False),
        ("RUB 47,000 more", "en", False),
        ("VPS 19%", "en", True),
        ("What you paid in", "en", True),
        ("Warn of a fall", "en", True),
    ],
)
def test_such_words_are_noticed(text: str, language: str, found: bool) -> None:
    assert bool(wrong_words(text, language)) is found
