"""What the outside sees of the agent: metrics, log lines and live views, all made from events."""
