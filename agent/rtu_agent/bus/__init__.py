"""The shell around one bus: a port, a precise timer, and the master that decides."""
