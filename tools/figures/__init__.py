"""Draws the figures of the README and the site: ``python -m tools.figures``."""
