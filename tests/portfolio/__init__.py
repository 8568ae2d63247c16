"""Tests of the money: pure, without Home Assistant."""
