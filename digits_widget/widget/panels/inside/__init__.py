"""What happens between tensor and bars, layer by layer."""
