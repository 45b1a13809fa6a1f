"""The steps as pictures, to look at, change and compare."""
