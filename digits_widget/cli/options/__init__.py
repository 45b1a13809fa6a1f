"""Options shared by commands, and long lists of options."""
