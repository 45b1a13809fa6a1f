"""Loaded versions: how the server loads, checks and runs them."""
