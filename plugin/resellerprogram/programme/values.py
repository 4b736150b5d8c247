"""The decorator of all our values: `dataclasses.dataclass`, whose work is done when the first value of a class is made.

The standard library's takes half a millisecond a class. A page loads more than a hundred classes and makes values of a
few, and the panel starts a process for each page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from _thread import RLock
    from functools import partial
    from operator import attrgetter

    _ONE_AT_A_TIME = RLock()
    _NOT_GIVEN = object()

    def dataclass(cls=None, /, *, frozen=False):
        """The same as of the standard library, whose functions know such classes; without its other options."""
        if cls is None:
            return partial(dataclass, frozen=frozen)

        def make():
            """Nobody sees a class half made: until all else is there its `__init__` is `first`, which waits."""
            with _ONE_AT_A_TIME:
                if cls.__init__ is first:
                    dataclasses.dataclass(cls, init=False, repr=False, eq=False)
                    for name, function in _functions(cls, frozen).items():
                        if name not in vars(cls):
                            setattr(cls, name, function)
                    cls.__init__ = _init(cls, frozen)

        def first(self, *args, **named):
            make()
            cls.__init__(self, *args, **named)

        def restored(self, state):
            """One from another process may be the first of its class here."""
            make()
            self.__dict__.update(state)

        cls.__init__, cls.__setstate__, cls.__dataclass_fields__ = first, restored, _Fields(make)
        if not frozen:
            cls.__hash__ = None
        return cls

    class _Fields:
        """What is asked for by those who are given a class: its heirs, and functions of the standard library."""

        def __init__(self, make):
            self._make = make

        def __get__(self, value, owner):
            self._make()
            return owner.__dataclass_fields__

    def _init(cls, frozen):
        """The only one whose text is compiled: all values are made by it."""
        given, lines, known = [], [], {"put": object.__setattr__, "not_given": _NOT_GIVEN}
        for field in dataclasses.fields(cls):
            name = value = field.name
            has_default = field.default is not dataclasses.MISSING
            if field.default_factory is not dataclasses.MISSING:
                known[f"make_{name}"] = field.default_factory
                value = f"make_{name}() if {name} is not_given else {name}" if field.init else f"make_{name}()"
            elif not field.init:
                continue
            if field.init:
                known[f"default_{name}"] = field.default if has_default else _NOT_GIVEN
                given.append(name if value == name and not has_default else f"{name}=default_{name}")
            lines.append(f"put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            lines.append("self.__post_init__()")
        exec(f"def __init__(self, {', '.join(given)}):\n " + "\n ".join(lines or ["pass"]), known)  # noqa: S102
        known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
        return known["__init__"]

    def _functions(cls, frozen):
        """How values are told, compared, and kept as they are."""
        fields = dataclasses.fields(cls)
        told, compared = [each.name for each in fields if each.repr], [each.name for each in fields if each.compare]
        of = attrgetter(*compared) if compared else lambda value: ()

        def text(self):
            return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in told)})"

        def is_same(self, other):
            return of(self) == of(other) if other.__class__ is self.__class__ else NotImplemented

        def number(self):
            return hash(of(self))

        def refuse(self, name, value=None):
            raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")

        found = {"__repr__": text, "__eq__": is_same}
        return {**found, "__hash__": number, "__setattr__": refuse, "__delattr__": refuse} if frozen else found
