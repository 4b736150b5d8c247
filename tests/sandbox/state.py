"""What a test may switch: the clock, the readings of assumed facts, the faults, the record of calls."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

READINGS: dict[str, tuple[str, ...]] = {
    # name: (default, other readings…)                                   reference
    "wizard_returns_id": ("no", "yes"),  # A.2
    "itemtype_list_has_intname": ("no", "yes"),  # D.3
    "pricelist_itemtype": ("id", "name"),  # D.3: the column by which a tariff tells its type is not known
    "price_list": ("by_type", "whole", "absent"),  # D.7: whether it obeys `itemtype`, seen with a type's name
    "wizard_steps": ("no", "yes"),  # E.4
    "wizard_checks": (
        "without_sok",
        "with_sok",
        "none",
    ),  # panel-2 C2: seen without; whether a check may carry it is not
    "discount_name_localized": ("yes", "no"),  # A.3
    "discountinfo_shape": ("report", "list"),  # A.5
    "decimal_percent": ("yes", "no"),  # A.3
    "zero_percent": ("yes", "no"),  # K.2
    "far_todate": ("yes", "no"),  # A.4
    "discount_list_columns": ("full", "id_name", "id_only"),  # A.6, K.3
    "several_discounts": ("narrowest", "largest"),  # A.4
    "refund_sign": ("negative", "positive"),  # C.5
    "refund_flag": ("on", "off"),  # C.5
    "refund_source": ("absent", "present"),  # C.5
    "refund_row_status": ("4", "6"),  # K.8
    "full_refund": ("done", "awaited"),  # C.5: the payment goes to 6 at once, or to 5 until its refund is credited
    "promised_paid_by_setpaid": ("yes", "no"),  # C.8
    "payment_info_for": ("employee", "root"),  # C.1
    "filter_off": ("bypasses", "clears"),  # C.4
    "filter_on": ("replaces", "merges"),  # C.4
    "list_saves_filter": ("yes", "no"),  # C.4
    "list_cap": ("5000", "500"),  # C.3: so many rows a list has at most; fewer let a test be as full with less
    "list_cut": ("own_order", "sorted"),  # scale 1: seen in the SQL of payments; the core's other lists may sort first
    "has_discount": ("shown", "absent"),  # D.1: documented without, seen in ISPsystem's own tests
    "empty_columns": ("left_out", "shown"),  # panel-2 D2: seen in payments
    "id_wildcard": ("obeyed", "literal", "ignored"),  # scale 4: documented for `number`, inferred for `id`
    "payment_project": ("name", "id", "absent"),  # C.3
    "promotional_module": ("absent", "empty"),  # C.3
    "group_list": ("all_with_status", "members_only"),  # D.2
    "needs_su": ("no", "yes"),  # E.2
    "key_single_use": ("yes", "no"),  # E.2
    "handlers_named_twice": (
        "joined",
        "first",
    ),  # plugins 1.1: files are merged by name; whether handlers, too, is open
    "menu_level": ("exact", "minimum"),  # E.3, panel-2 A5: whom level="user" without a plus means
    "handler_lists": ("decorated", "as_given"),  # panel-2 A1: whether the core sorts, sums and pages a handler's rows
    "list_order": ("shown", "orig"),  # panel-2 A1: by what of a cell it sorts them
    "currencyrate": (
        "by_iso",
        "by_id",
        "absent",
        "nested",
        "nested_empty",
    ),  # plugins 6; panel-2 D5: one currency's rates
    "before_error_blocks": ("yes", "no"),  # F.5, K.7
    "promo_code_beats_personal": ("no", "yes"),  # B.5
    "cart_takes_code": ("setpromocode", "any_operation"),  # panel-2 B2: it goes along with all; which take it is open
    "zero_percent_outranks": ("yes", "no"),  # A, B.5: a personal discount of 0 % against a promotion
    "payment_reads_wait": ("no", "yes"),  # C.7: reading one payment waits for the lock of its subaccount
    "mgrctl_environment": ("taken", "refused", "literal"),  # panel-2 E2: -e name=$VARIABLE, as its documentation says
    "referer_required": ("no", "yes"),  # E.2
    "amount_sign": ("iso", "symbol"),  # C.3
    "project_list": ("present", "absent"),  # not in J's list
    "employee_list": ("present", "absent"),  # not in J's list
    "missing_elid": ("missed", "value"),  # E.5
    "expense_filter": ("by_day", "realdate", "ignored"),  # scale 4: fromdate and todate were seen; C.4 for `realdate`
    "expense_amounts": ("iso", "plain"),  # C.3
    "expense_discount": ("shown", "absent", "kind"),  # panel-2 D3: an id by the older page, a kind by the newer
    "payment_form": ("takes_amount", "empty"),  # C.1: whether the form shows the amount of its request
    "user_form": ("language", "absent"),  # D.1: whether user.edit shows the column `language`
    "notification_without_project": (
        "nobody",
        "first",
    ),  # panel-2 E1: shown to nobody, or as the client's first provider's
    "htmldata": ("html", "text"),  # F.2
}


KINDS = frozenset(
    {
        "slow",
        "hang",
        "broken",
        "truncated",
        "empty",
        "html",
        "http_500",
        "refuse",
        "crash_before",
        "crash_after",
        "stale_cache",
        "missed",
        "wizard_without_id",
    }
)


@dataclass
class Fault:
    """Something that goes wrong with a function (`*` for all), `count` times (None: always).

    `of`: only calls that have these parameters.

    kinds: slow, hang (seconds), broken, truncated, empty, html, http_500, crash_before, crash_after, stale_cache,
    missed (a list's rows whose id is `id` are answered with `missed` when opened), refuse, wizard_without_id
    (a creation keeps the new id to itself whatever `wizard_returns_id` says).
    """

    kind: str
    func: str = "*"
    seconds: float = 1.0
    count: int | None = None
    skip: int = 0
    id: str = ""
    only_writes: bool = False
    of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault is one of {sorted(KINDS)}, not {self.kind!r}")


@dataclass
class Call:
    """One recorded call of the panel."""

    func: str
    params: dict[str, str]
    user: str
    su: str
    caller: str
    writes: bool
    time: str = ""


@dataclass
class State:
    """Everything that is switched from outside. The clock stands still until it is moved; with a `clock_file`, one line
    with a date and a time, it goes on since that was written, and moving it writes the file."""

    moment: datetime
    readings: dict[str, str] = field(default_factory=lambda: {name: values[0] for name, values in READINGS.items()})
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    recording: bool = True
    lock: Any = field(default_factory=threading.RLock)
    clock_file: Path | None = None

    @property
    def now(self) -> datetime:
        if self.clock_file is None:
            return self.moment
        begun = datetime.fromisoformat(self.clock_file.read_text(encoding="utf-8").strip())
        return begun + timedelta(seconds=int(max(0.0, time.time() - self.clock_file.stat().st_mtime)))

    @now.setter
    def now(self, moment: datetime) -> None:
        self.moment = moment
        if self.clock_file:
            fresh = self.clock_file.with_suffix(".new")
            fresh.write_text(f"{moment:%Y-%m-%d %H:%M:%S}\n", encoding="utf-8")
            fresh.replace(self.clock_file)

    def reads(self, name: str, value: str) -> bool:
        return self.readings[name] == value

    def set_reading(self, name: str, value: str) -> None:
        if name not in READINGS:
            raise ValueError(f"no reading is called {name!r}")
        if value not in READINGS[name]:
            raise ValueError(f"{name} is one of {READINGS[name]}, not {value!r}")
        self.readings[name] = value

    def fault(self, func: str, writes: bool, *kinds: str, params: Mapping[str, str] | None = None) -> Fault | None:
        """The fault that strikes this call, counted down."""
        with self.lock:
            for fault in self.faults:
                if not fault.of.items() <= (params or {}).items():
                    continue
                if fault.kind in kinds and fault.func in ("*", func) and (writes or not fault.only_writes):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    if fault.count is not None:
                        fault.count -= 1
                        if fault.count <= 0:
                            self.faults.remove(fault)
                    return fault
        return None

    def save(self, path: Path) -> None:
        """Keep clock and readings for the next start."""
        kept = {"now": self.moment.isoformat(), "readings": self.readings, "clock_file": str(self.clock_file or "")}
        path.write_text(json.dumps(kept), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, now: datetime) -> State:
        if not path.exists():
            return cls(now)
        saved = json.loads(path.read_text(encoding="utf-8"))
        state = cls(datetime.fromisoformat(saved["now"]))
        state.readings.update(saved["readings"])
        state.clock_file = Path(saved["clock_file"]) if saved.get("clock_file") else None
        return state

    def called(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self.calls]
