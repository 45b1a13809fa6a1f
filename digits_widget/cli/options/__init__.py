"""Options that commands share, or that fill a file of their own."""
