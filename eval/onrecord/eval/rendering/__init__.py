"""How anything is written so that nothing foreign acts in it."""
