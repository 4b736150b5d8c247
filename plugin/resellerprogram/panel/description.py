"""What the panel reads of us: one file a subject, each whole by itself, or all of them joined into one.

Whether a panel takes a handler that is named in several files is assumed; the installer looks, and joins them if not.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

_PARTS = ("handler", "lang")
"""Elements that stand in several files under one name: what is in them goes together."""


def joined(files: Iterable[Path]) -> etree._ElementTree:
    """All descriptions as one. Raises etree.XMLSyntaxError, OSError."""
    whole = etree.Element("mgrdata")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_blank_text=True)
    for file in files:
        for element in etree.parse(str(file), parser).getroot():
            same = [each for each in whole.iterfind(element.tag) if each.items() == element.items()]
            if element.tag in _PARTS and same:
                same[0].extend(copy.deepcopy(each) for each in element)
            else:
                whole.append(copy.deepcopy(element))
    etree.indent(whole)
    return etree.ElementTree(whole)


def main() -> None:
    """`python -m resellerprogram.panel.description TARGET FILE…`."""
    target, *files = map(Path, sys.argv[1:])
    joined(sorted(files)).write(str(target), encoding="UTF-8", xml_declaration=True)


if __name__ == "__main__":
    main()
