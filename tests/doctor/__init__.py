"""The panel under examination."""
