"""The test kit for adapters."""
