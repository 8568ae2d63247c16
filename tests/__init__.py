"""Tests of the integration, on real sockets against a simulated exchange."""
