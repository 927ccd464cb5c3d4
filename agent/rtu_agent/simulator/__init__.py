"""Buses that are not there: a wire with real timing between two ptys, and slaves on its far end made from drivers."""
