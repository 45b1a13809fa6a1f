"""Which versions of which models are loaded, and when they come and go."""
