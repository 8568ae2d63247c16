"""Homes: Home Assistant as a process of its own, that loses power or holds much."""
