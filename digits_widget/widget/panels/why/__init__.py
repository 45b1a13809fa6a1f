"""The ink behind an answer, and the dabs that make it another."""
