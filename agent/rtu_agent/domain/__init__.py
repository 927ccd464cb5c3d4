"""The agent's values: quantities, units, registers, records and their quality. Nothing in here waits."""
