"""Cells that a spreadsheet takes for text and never for a formula, whatever a client is called.

>>> guarded("=1+1"), guarded("Atlas"), unguarded(guarded("=1+1"))
("'=1+1", 'Atlas', '=1+1')
"""

from __future__ import annotations

import re

_BEGINS_FORMULA = "[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_DANGEROUS = f"'*{_BEGINS_FORMULA}"
_INSIDE = f"([;,|\t\n])(\\s*)(?={_BEGINS_FORMULA})"


def guarded(text: str) -> str:
    """The text with an apostrophe before what would begin a formula."""
    return f"'{text}" if re.match(_DANGEROUS, text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and re.match(_DANGEROUS, text[1:]) else text


def guarded_throughout(text: str) -> str:
    """For tables that nobody reads back: also after what another country's spreadsheet takes for the end of a cell."""
    return guarded(re.sub(_INSIDE, r"\1\2'", text))
