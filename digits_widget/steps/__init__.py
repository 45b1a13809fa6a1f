"""The preprocessing steps, one a file."""
