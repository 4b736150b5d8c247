"""The demo: the plugin on a sandbox panel whose world is alive; and the published example."""
