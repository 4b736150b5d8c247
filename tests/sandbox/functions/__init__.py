"""The panel's functions, by module; importing this package registers them."""

from . import directory, discounts, expenses, orders, payment_info, payment_list, payments, system
from .registry import REGISTRY, Function

__all__ = [
    "REGISTRY",
    "Function",
    "directory",
    "discounts",
    "expenses",
    "orders",
    "payment_info",
    "payment_list",
    "payments",
    "system",
]
