"""Reports of a plugin, with bands and diagrams (panel-2 A8)."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox.vocabulary import complaints

pytestmark = pytest.mark.slow

DESCRIPTION = """<mgrdata>
<handler name="turnover" type="xml"><func name="turnover"/></handler>
<metadata name="turnover" type="report" firstrun="no" level="admin+">
  <form><period/><field name="client"><input type="text" name="client"/></field></form>
  <band name="months">
    <diagram name="chart" label="month" type="histogram"><line data="paid"/></diagram>
    <col name="month" type="data" total="count"/><col name="paid" type="data" sort="digit" total="sum"/>
  </band>
</metadata>
<lang name="en"><messages name="turnover"><msg name="title">Turnover</msg><msg name="report_info">By month</msg>
</messages></lang></mgrdata>"""
ROWS = (("2024-12", "52000.00 RUB"), ("2025-01", "3000.50 RUB"))
ANSWER = "".join(f"<elem><month>{month}</month><paid>{paid}</paid></elem>" for month, paid in ROWS)
HANDLER = f"""#!/bin/sh
cat >/dev/null
echo '<doc><reportdata><BAND>{ANSWER}</BAND></reportdata></doc>'
"""


def asked(panel: Sandbox, band: str = "months", **params: str) -> etree._Element:
    handler = panel.root / "addon" / "turnover"
    handler.write_text(HANDLER.replace("BAND", band))
    handler.chmod(0o750)
    (panel.root / "etc" / "xml" / "billmgr_mod_turnover.xml").write_text(DESCRIPTION)
    panel.mgrctl("exit")
    return panel.mgrctl("turnover", out="devel", su="admin", **params)


def test_a_report_shows_its_form_first(common: Sandbox) -> None:
    page = asked(common)
    assert page.find("reportdata") is None
    assert page.find("metadata/form/period") is not None


def test_its_bands_have_the_handlers_rows_and_the_cores_totals(common: Sandbox) -> None:
    page = asked(common, sok="ok")
    assert [row.findtext("paid") for row in page.iterfind("reportdata/months/elem")] == [paid for _, paid in ROWS]
    totals = {each.get("name"): each.get("value") for each in page.iterfind("metadata/band/col")}
    assert totals == {"month": "2", "paid": "55000.50 RUB"}
    assert page.findtext("messages/msg[@name='report_info']") == "By month"


def test_rows_without_a_band_are_noted(common: Sandbox) -> None:
    asked(common, "weeks", sok="ok")
    assert "no band 'weeks'" in (common.root / "var" / "billmgr.log").read_text()


def test_its_description_is_known_and_a_mistyped_one_is_not() -> None:
    assert list(complaints(etree.fromstring(DESCRIPTION), whole=True)) == []
    wrong = DESCRIPTION.replace("<line data", "<line column").replace('total="sum"', 'total="average"')
    assert len(list(complaints(etree.fromstring(wrong), whole=True))) == 2
