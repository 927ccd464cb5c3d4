"""`python -m rtu_agent` is `rtu-agent`."""

from rtu_agent.cli import main

main()
