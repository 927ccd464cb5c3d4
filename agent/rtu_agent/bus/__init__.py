"""The shells around one bus: how it is reached, a precise timer, and the master that decides."""
