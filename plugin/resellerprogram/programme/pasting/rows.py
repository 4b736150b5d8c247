"""Rows of cells, and those of a CSV text; apart from the rest, as every start reads the tables on record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..errors import TierTableError
from ..text import Text
from ..values import dataclass


@dataclass(frozen=True)
class Row:
    """The cells of a row, which is in that `line` of the text (the first is 1)."""

    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        """The cells that have something."""
        return [cell for cell in self.cells if cell.strip()]


def csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows of CSV text, blank ones, too. Raises TierTableError with the line."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield Row(reader.line_num, tuple(cells))
    except csv.Error as error:
        raise TierTableError(Text("not CSV: {error}", "это не CSV: {error}")(error=error), reader.line_num) from error
