"""What people read, to compare with what one types."""

from __future__ import annotations

from resellerprogram.programme.figures import NARROW, NO_BREAK


def plain_spaces(text: str) -> str:
    """With spaces at which a line may break: '52 000 ₽' as a keyboard writes it."""
    return text.replace(NO_BREAK, " ").replace(NARROW, " ")
