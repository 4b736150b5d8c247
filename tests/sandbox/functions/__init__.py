"""The panel's functions, by module; importing this package registers them."""

from . import directory, discounts, orders, payments, system
from .registry import REGISTRY, Function

__all__ = ["REGISTRY", "Function", "directory", "discounts", "orders", "payments", "system"]
