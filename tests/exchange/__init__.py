"""Tests of the wire: pure where they can be, over real sockets where they cannot."""
