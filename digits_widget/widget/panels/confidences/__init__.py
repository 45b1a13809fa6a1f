"""The model's answer: ten bars, and how they grew."""
