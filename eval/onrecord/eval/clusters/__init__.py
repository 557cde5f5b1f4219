"""Two clusterings as a contingency table, and every measure on it."""
