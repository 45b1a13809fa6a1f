"""The steps as pictures, to be seen, changed and compared."""
