"""The systems that come along."""
