"""What the model said: ten bars, and how they grew."""
