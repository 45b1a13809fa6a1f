"""Analyses of one drawing, without widgets; panels and figures show the results."""
