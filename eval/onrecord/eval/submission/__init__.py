"""What a stranger sends: opened within limits, read as types, every fault said."""
