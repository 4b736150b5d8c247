"""What was understood of a table that somebody pasted, what is odd about it and what has to be answered, in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..programme.figures import money, number, percent
from ..programme.pasting import AS_PERCENT, AS_SHARE
from ..programme.pasting.cells import Form
from ..programme.pasting.columns import FROM, NONE, STATUS, TO, Column
from ..programme.pasting.reading import (
    DECIMAL,
    SHARES,
    Odd,
    Oddity,
    Question,
    Understanding,
)
from ..programme.text import LANGUAGES, Text, same, short
from ..programme.tiers import ServiceClass
from .lines import Titles

_LONGEST_LEFT = 300

FORMS = {
    Form.HTML: Text("a page's HTML", "HTML страницы"),
    Form.TABS: Text("cells with tabs between them", "ячейки через табуляцию"),
    Form.LINES: Text("a text, one cell a line", "текст, по ячейке в строке"),
    Form.CSV: Text("CSV", "CSV"),
}
_ROLES = {
    STATUS: Text("tier", "статус"),
    FROM: Text("turnover from", "оборот от"),
    TO: Text("turnover to (only shown)", "оборот до (только для показа)"),
}

ODD = {
    Odd.KOPECKS: Text(
        "Between “to” and the next “from” there is room for kopecks: {tier} is written to {to}, {next} from "
        "{next_from}; such places: {count}. Thresholds alone decide: up to the next “from” the lower tier holds.",
        "Между «до» и следующим «от» остаются суммы с копейками: {tier} — до {to}, {next} — от {next_from}; таких "
        "мест: {count}. Решают только пороги: до следующего «от» действует нижний статус.",
    ),
    Odd.GAP: Text(
        "{tier} is written to {to}, but {next} begins only at {next_from}; a misprint? Thresholds alone decide: in "
        "between {tier} holds.",
        "{tier} — до {to}, а {next} начинается только от {next_from}; опечатка? Решают только пороги: между ними "
        "действует {tier}.",
    ),
    Odd.OVERLAP: Text(
        "{tier} is written to {to}, but {next} begins at {next_from} already. Thresholds alone decide: from there on "
        "{next} holds.",
        "{tier} — до {to}, а {next} начинается уже от {next_from}. Решают только пороги: с этой суммы действует "
        "{next}.",
    ),
    Odd.BACKWARDS: Text(
        "{tier} is written from {from} to {to}, which is less; a misprint? Only “from” counts.",
        "{tier} — от {from} до {to}, это меньше; опечатка? Считается только «от».",
    ),
    Odd.CLOSED_TOP: Text(
        "{tier} is written to {to}; as it is the highest, it holds beyond that, too.",
        "{tier} — до {to}; это верхний статус, и дальше действует он же.",
    ),
    Odd.STRICT: Text(
        "“More than” is taken as “from”, that amount included, as with {tier}; such tiers: {count}.",
        "«Свыше» понято как «от», включая саму сумму, например у {tier}; таких статусов: {count}.",
    ),
    Odd.DESCENDING: Text(
        "The highest tier stands first; the table was turned round.",
        "Первым стоит верхний статус; порядок строк изменён на обратный.",
    ),
    Odd.CURRENCY: Text(
        "The amounts are in {other}; they were taken as they are, as {currency}.",
        "Суммы указаны в {other}; они взяты без пересчёта, как {currency}.",
    ),
    Odd.NO_COLUMN: Text("No column says {class}: 0 % everywhere.", "Столбца для «{class}» нет: везде 0 %."),
    Odd.DASH: Text(
        "A dash or a “no” was taken as 0 %; such cells: {count}.",
        "Прочерк или «нет» понято как 0 %; таких ячеек: {count}.",
    ),
    Odd.COLUMN_LEFT: Text("Column {column} was left out: {sample} …", "Столбец {column} не использован: {sample} …"),
    Odd.TEXT_LEFT: Text(
        "What is not the table was left out: {text}", "Пропущено то, что не относится к таблице: {text}"
    ),
}

_TWO_WAYS = Text(
    "line {line}: column {column}: “{example}” can be read in two ways: {first} or {second}",
    "строка {line}: столбец {column}: «{example}» можно прочесть двояко: {first} или {second}",
)
_WHICH_COLUMN = Text("Which column has the percents for {name}?", "В каком столбце проценты для «{name}»?")
_WHICH = {
    STATUS: Text("Which column has the names of the tiers?", "В каком столбце названия статусов?"),
    FROM: Text("Which column has the turnover?", "В каком столбце оборот?"),
}
NOT_THERE = Text("none: 0 % everywhere", "ни в каком: везде 0 %")
BY_ITSELF = Text("as the text says", "как следует из текста")
DECIMAL_CHOICES = (
    ("", BY_ITSELF),
    (",", Text("a comma before decimals: 3.000 is 3000", "дробь после запятой: 3.000 — это 3000")),
    (".", Text("a point before decimals: 3,000 is 3000", "дробь после точки: 3,000 — это 3000")),
)
SHARE_CHOICES = (
    ("", BY_ITSELF),
    (AS_PERCENT, Text("in percent: 0.19 is 0.19 %", "в процентах: 0,19 — это 0,19 %")),
    (AS_SHARE, Text("in shares of one: 0.19 is 19 %", "в долях единицы: 0,19 — это 19 %")),
)


def understood(found: Understanding, titles: Titles) -> Text:
    """'Read as CSV. Columns: status — “Статус”, VPS — “Скидка VPS”.'"""
    there = {column: key for key, column in found.roles.items() if column}
    columns = [(_role(there[each], titles), _name(each)) for each in found.columns if each in there]
    said = (", ".join(f"{role.say(each)} — {name.say(each)}" for role, name in columns) for each in LANGUAGES)
    told = Text("Read as {form}. Columns: {columns}.", "Прочитано: {form}. Столбцы: {columns}.")
    return told(form=FORMS[found.form], columns=Text(*said))


def oddities(found: Understanding, titles: Titles, currency: str) -> Iterator[Text]:
    """What is odd, a sentence each."""
    return (oddity(each, titles, currency) for each in found.oddities)


def oddity(odd: Oddity, titles: Titles, currency: str) -> Text:
    """One thing that is odd."""
    return ODD[odd.kind](**{name: _shown(name, value, titles, currency) for name, value in odd.values.items()})


def question(asked: Question, titles: Titles) -> Text:
    """What has to be answered."""
    if asked.key in (DECIMAL, SHARES):
        first, second = map(percent if asked.key == SHARES else number, asked.readings)
        return _TWO_WAYS(line=asked.line, column=asked.column, example=asked.example, first=first, second=second)
    return _WHICH.get(asked.key) or _WHICH_COLUMN(name=_role(asked.key, titles))


def option(asked: Question) -> Text:
    """How the command line answers it."""
    if asked.key == DECIMAL:
        sign, other = (".", ",") if "." in asked.example else (",", ".")
        first, second = map(number, asked.readings)
        told = same(f"--decimal {sign!r}: {{first}}, --decimal {other!r}: {{second}}")
        return told(first=first, second=second)
    if asked.key == SHARES:
        first, second = map(percent, asked.readings)
        told = same(f"--percents {AS_PERCENT}: {{first}}, --percents {AS_SHARE}: {{second}}")
        return told(first=first, second=second)
    choices = [f"--column '{asked.key}={_answer(column)}'" for column in asked.columns]
    if asked.key in _ROLES:
        return same(", ".join(choices))
    none = f"--column {asked.key}={NONE}"
    return Text(", ".join([*choices, f"{none} (none: 0 %)"]), ", ".join([*choices, f"{none} (ни в каком: 0 %)"]))


def column_choices(found: Understanding | None, key: str) -> list[tuple[str, Text]]:
    """Answers to which column says a status, a turnover or a class, with what was understood first."""
    columns = found.columns if found else ()
    own = found.roles.get(key) if found else None
    asked = found is not None and any(each.key == key for each in found.questions)
    first = Text("choose", "выберите") if asked else _name(own) if own else BY_ITSELF
    listed = [(str(column.number), _with_sample(column)) for column in columns]
    return [("", first), *listed, *([] if key in _ROLES else [(NONE, NOT_THERE)])]


def _with_sample(column: Column) -> Text:
    said = Text("{number}. {name}: {sample} …", "{number}. {name}: {sample} …")
    return said(number=column.number, name=_name(column), sample=column.sample)


def column_title(key: str, titles: Titles) -> Text:
    """'Column of VPS'."""
    return Text("Column: {name}", "Столбец: {name}")(name=_role(key, titles))


def _answer(column: Column) -> str:
    return column.heading or str(column.number)


def _name(column: Column) -> Text:
    return Text(f"“{column.heading}”", f"«{column.heading}»") if column.heading else same(f"№ {column.number}")


def _role(key: str, titles: Titles) -> Text:
    return _ROLES.get(key) or titles.get(ServiceClass(key)) or same(key)


def _shown(name: str, value: object, titles: Titles, currency: str) -> Text | str:
    if isinstance(value, Decimal):
        return money(value, currency)
    if name == "class":
        return _role(str(value), titles)
    return short(value, _LONGEST_LEFT)
