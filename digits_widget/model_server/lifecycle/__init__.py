"""Decides which versions of which models to load, and when to unload them."""
