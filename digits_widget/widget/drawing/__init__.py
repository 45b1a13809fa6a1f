"""The pad: what the hand does, on paper; kept, played again and saved."""
