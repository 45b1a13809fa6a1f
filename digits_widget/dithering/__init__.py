"""The dithering catalogue."""
