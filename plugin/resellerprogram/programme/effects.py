"""What a change does to a client's discounts: decided here, once, for every plan, list, limit, notice and forecast."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from decimal import Decimal

from .tiers import ServiceClass, Tier

ZERO = Decimal(0)


class Way(str, enum.Enum):
    """Which way something goes: a discount, a tier, or all that is planned for a client.

    `PUT_RIGHT`: a discount of ours is touched and no percent changes (other dates, one of two). `OTHER`: only
    discounts that are not ours are touched.
    """

    STARTS = "starts"
    RISES = "rises"
    FALLS = "falls"
    ENDS = "ends"
    PUT_RIGHT = "put_right"
    OTHER = "other"

    @property
    def lowers(self) -> bool:
        """Whether the client has less afterwards: what a limit is for, and a warning."""
        return self in (Way.FALLS, Way.ENDS)


WAY_NAMES = {
    Way.STARTS: "start",
    Way.RISES: "rise",
    Way.FALLS: "fall",
    Way.ENDS: "end",
    Way.PUT_RIGHT: "put-right",
    Way.OTHER: "other",
}
"""What one types for a way."""


def is_less(percent: Decimal | None, than: Decimal | None) -> bool:
    """Whether one percent takes something off the other. No discount and 0 % are the same to a client.

    >>> is_less(None, Decimal(3)), is_less(None, Decimal(0))
    (True, False)
    """
    return (percent or ZERO) < (than or ZERO)


def way_of(before: Decimal | None, after: Decimal | None) -> Way:
    """Which way a discount goes from one percent to another, None where there is none.

    >>> way_of(Decimal(19), Decimal(17)).value, way_of(None, Decimal(3)).value, way_of(Decimal(3), None).value
    ('falls', 'starts', 'ends')
    """
    if is_less(after, before):
        return Way.FALLS if after else Way.ENDS
    if is_less(before, after):
        return Way.RISES if before else Way.STARTS
    return Way.PUT_RIGHT


def way_of_tier(before: Tier | None, after: Tier | None) -> Way | None:
    """Which way an account goes from one tier to another; None where it stays, also under another name.

    It falls as soon as one percent gets smaller, whatever the others do. Where all percents stay, the status itself
    goes up or down with its threshold.
    """
    had, has = percents_of(before), percents_of(after)
    ways = {way_of(had.get(name), has.get(name)) for name in {**had, **has}} - {Way.PUT_RIGHT}
    if any(way.lowers for way in ways) or (before and not after):
        return Way.FALLS if after else Way.ENDS
    if ways or (after and not before):
        return Way.RISES if before else Way.STARTS
    return _way_of_status(before, after) if before and after else None


def is_fall(before: Tier | None, after: Tier | None) -> bool:
    """Whether an account that goes from one tier to another holds less afterwards."""
    way = way_of_tier(before, after)
    return way is not None and way.lowers


def way_of_account(ways: Iterable[Way], tier_before: str | None, tier: str | None) -> Way:
    """Which way all changes of an account go together, by the names of its tiers. One that lowers something weighs more
    than all that rise."""
    own = set(ways) - {Way.OTHER}
    if not own:
        return Way.OTHER
    if any(way.lowers for way in own) or (tier_before and not tier):
        return Way.FALLS if tier else Way.ENDS
    if Way.RISES not in own and tier and not tier_before:
        return Way.STARTS
    return Way.RISES if own & {Way.STARTS, Way.RISES} else Way.PUT_RIGHT


def way_together(ways: Iterable[Way]) -> Way | None:
    """Which way several discounts of a client go together, such as those of one class; None where none is ours. One
    that gets less weighs more than all that rise; it ends where all end."""
    own = set(ways) - {Way.OTHER}
    if any(way.lowers for way in own):
        return Way.ENDS if own == {Way.ENDS} else Way.FALLS
    if own & {Way.STARTS, Way.RISES}:
        return Way.STARTS if Way.RISES not in own and Way.PUT_RIGHT not in own else Way.RISES
    return Way.PUT_RIGHT if own else None


def percents_of(tier: Tier | None) -> Mapping[ServiceClass, Decimal]:
    """The percents that a tier gives; none without a tier."""
    return tier.percents if tier else {}


def what_is_held(tier: Tier | None) -> object:
    """What somebody holds who has that tier: the same where it compares equal, whatever became of the threshold, and
    whether a class without a discount stands in the table or not."""
    return tier and (tier.name, {name: percent for name, percent in tier.percents.items() if percent})


def _way_of_status(before: Tier, after: Tier) -> Way | None:
    if before.name == after.name or before.threshold == after.threshold:
        return None
    return Way.FALLS if after.threshold < before.threshold else Way.RISES
