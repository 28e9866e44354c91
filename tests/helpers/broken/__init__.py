"""Deliberately broken adapters: what the test kit is tested with."""
