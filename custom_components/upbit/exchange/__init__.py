"""Upbit on the wire: read-only requests and the streams. Imports neither Home Assistant nor the portfolio."""
