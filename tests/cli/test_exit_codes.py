"""Refusals of the operating system have codes of their own."""

from rtu_agent.cli import exit_codes


def test_a_missing_permission_is_not_an_absence() -> None:
    """77 is for what may not be read, 69 for what is not there."""
    assert exit_codes.of_os_error(PermissionError()) == 77
    assert exit_codes.of_os_error(FileNotFoundError()) == 69
