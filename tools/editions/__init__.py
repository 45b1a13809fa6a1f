"""Editions of the course, built from its notebooks."""
