"""Settings shared by all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("here", deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
