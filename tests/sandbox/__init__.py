"""A sandbox BILLmanager, built from the reference alone. It knows nothing of any plugin."""

from .control import Sandbox

__all__ = ["Sandbox"]
