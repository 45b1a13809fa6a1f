"""What may be asked about one drawing: pure; panels and figures show the answers."""
