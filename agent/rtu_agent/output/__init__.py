"""Where records go: the local stores, the spool, and the network outputs that read from it."""
