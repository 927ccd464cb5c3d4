"""An agent whose every output has ended has nothing left to do."""

from rtu_agent.cli.last_output import LastOutput
from rtu_agent.events import OutputEnded, RecordsWritten


def test_the_last_output_that_ends_is_the_end() -> None:
    """Said once; others go on without the first."""
    ends: list[str] = []
    watch = LastOutput(lambda: ["jsonl", "sqlite"], lambda: ends.append("end"))
    watch(OutputEnded("jsonl", "gone"))
    watch(OutputEnded("jsonl", "gone"))
    watch(RecordsWritten("sqlite", 1, 0.1))
    assert ends == []
    watch(OutputEnded("sqlite", "gone"))
    watch(OutputEnded("sqlite", "gone"))
    assert ends == ["end"]
