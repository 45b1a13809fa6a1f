"""Options of commands that have too many for one file, one command a file."""
