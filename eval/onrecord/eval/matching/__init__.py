"""The best one-to-one pairing: exact, and independent of order."""
