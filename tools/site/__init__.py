"""Makes the documentation's site: ``python -m tools.site.build``."""
