"""Reports of panels' shapes (`resellerprogram doctor --report`), played back as panels.

`reports/` holds them, each marked at its top as what it is. One that a provider sends goes there as it came, under a
name that tells nothing of the provider; every reader of the gateway is then tested against it.
"""
