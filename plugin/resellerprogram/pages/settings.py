"""`resellerprogram.settings`: everything that can be set, with the panel's own choices.

For employees, who don't see what a full administrator alone may change. Opening the form asks the panel for its
providers, currencies, client groups and payment methods.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from ..office import token
from ..programme import figures
from ..programme.errors import BadInput, SettingError
from ..programme.kinds import Flag, Members, OneOf, SomeOf, Whole
from ..programme.losses import Loss
from ..programme.notices import NAMES as NOTICES
from ..programme.settings import SETTINGS
from . import documents
from .asking import ask, check_agreed
from .documents import Choices, Row
from .visit import Visit

_FLAGS = {name: setting.kind for name, setting in SETTINGS.items() if isinstance(setting.kind, Flag)}
_LISTS = {name for name, setting in SETTINGS.items() if isinstance(setting.kind, SomeOf)}
_PLAIN = [name for name in SETTINGS if name != "members" and name not in _FLAGS]
"""Settings that the form shows as they are written."""
_FEW = {
    name: range(setting.kind.least, setting.kind.most + 1)
    for name, setting in SETTINGS.items()
    if isinstance(setting.kind, Whole) and setting.kind.is_chosen
}
"""Numbers of months that one chooses."""
_WORDS = {
    **{name: setting.kind.words for name, setting in SETTINGS.items() if isinstance(setting.kind, OneOf)},
    **{name: setting.kind.rules for name, setting in SETTINGS.items() if isinstance(setting.kind, Members)},
}


def settings(visit: Visit) -> etree._Element:
    """The form; what does not fit the panel is refused, with the field marked. Where what was typed takes discounts
    from somebody, the form tells whose and asks for a reason and a yes."""
    texts, request = visit.store.settings.texts(), visit.request
    if request.submitted:
        _save(visit)
        return documents.ok("func=resellerprogram.settings", "form")
    for name, setting in SETTINGS.items():
        if request.level < setting.level:
            documents.drop_field(visit.document, name)
            if name == "members":
                documents.drop_field(visit.document, "group")
    typed = _typed(visit) if request.params.get("sv_field") else {}
    shown = {**texts, **typed}
    rule, _, group = shown["members"].partition(":")
    values = {
        "seen": request.text("seen") if typed else token(texts),
        **{name: shown[name] for name in _PLAIN},
        **{name: "on" if shown[name] == flag.ticked else "off" for name, flag in _FLAGS.items()},
        "members": rule,
        "group": group,
        **_about_loss(visit, typed),
    }
    return documents.form_page(visit.document, values, _choices(visit))


def _about_loss(visit: Visit, typed: Mapping[str, str]) -> Row:
    """Whose discounts what was typed ends or lowers; nothing of it where it takes none, or can't be at all: that is
    told when it is sent."""
    losses = visit.office.losses
    try:
        loss = losses.by_settings(typed) if typed else Loss()
    except (SettingError, BadInput):
        loss = Loss()
    return ask(visit, loss, _mark(visit))


def _mark(visit: Visit) -> str:
    """Of which settings the form tells."""
    lowering = {name: text for name, text in _typed(visit).items() if SETTINGS[name].may_lower}
    return token(sorted(lowering.items()))


def _save(visit: Visit) -> None:
    """What the panel warns of is seen in the next plan: a saved form can say nothing but yes."""
    typed, desk = _typed(visit), visit.office.settings
    try:
        desk.check_allowed(typed)
        loss = visit.office.losses.by_settings(typed)
        if loss:
            check_agreed(visit, loss, _mark(visit))
        desk.change(typed, visit.request.text("seen"))
    except SettingError as error:
        if error.field == "members" and visit.request.text("members") == "group":
            error.field = "group"
        raise
    if loss:
        visit.office.losses.record("settings", loss, visit.line("reason"))


def _typed(visit: Visit) -> Mapping[str, str]:
    """What the form says, as the settings are written; a field that was not sent stays as it is."""
    params, request = visit.request.params, visit.request
    changed = {
        name: ",".join(request.several(name)) if name in _LISTS else request.text(name)
        for name in _PLAIN
        if name in params
    }
    changed.update(
        {
            name: flag.ticked if params[name] == "on" else flag.unticked
            for name, flag in _FLAGS.items()
            if name in params
        }
    )
    if "members" in params:
        rule = request.text("members")
        changed["members"] = f"group:{request.text('group')}" if rule == "group" else rule
    return changed


def _choices(visit: Visit) -> Choices:
    from ..recalculation.lookups import choices_for_settings

    language = visit.language
    found = choices_for_settings(visit.root, visit.store, language)
    return {
        "provider": [("", visit.say("-- the panel's first --", "-- первый в панели --")), *found.providers],
        "currency": found.currencies,
        "group": found.groups,
        "excluded_payment_methods": found.payment_methods,
        **{name: [(str(number), figures.months(number).say(language)) for number in few] for name, few in _FEW.items()},
        "client_notices": [(kind.value, text.say(language)) for kind, text in NOTICES.items()],
        **{name: [(key, text.say(language)) for key, text in words.items()] for name, words in _WORDS.items()},
    }
