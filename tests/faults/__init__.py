"""The exchange at its worst: each fault at each moment, what it may cost and what it may not."""
