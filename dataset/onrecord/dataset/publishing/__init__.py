"""The dataset folder: made, written, read back, released without text."""
