"""Reading what others wrote: as types, with every fault explained."""
