"""A real Home Assistant with the integration in it: for the demo, and for tests that open a browser."""
