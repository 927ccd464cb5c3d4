"""When to ask what: plans, schedules and health decide, the poller does."""
