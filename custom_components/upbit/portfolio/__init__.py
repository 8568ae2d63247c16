"""Money: pure functions and frozen dataclasses over Decimal, without I/O, clock or Home Assistant."""
