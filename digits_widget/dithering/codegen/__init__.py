"""Code generation: every method as readable NumPy to paste into a notebook.

The code changes a variable named `image`, (rows, cols) float32 in [0, 1], as the method
does, bit for bit. It has one statement a line, and no line over 88 characters. Each
file writes one family.
"""
