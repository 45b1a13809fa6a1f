"""Two models on one drawing, and the drawings on which they differ."""
