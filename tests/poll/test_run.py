"""A run of a script: what it brings, and what it leaves to be put back."""

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Points, Read, Script, Stepper, Write, u16
from rtu_agent.driver_api.planned import on_page
from rtu_agent.driver_api.point import Page
from rtu_agent.poll.requests import request_of
from rtu_agent.poll.run import NOT_ALLOWED, Run, reading
from rtu_agent.protocol.outcome import Outcome

PAGE = ("holding", 0x0100)
SPAN = Span(Table.HOLDING, 0x0200, 1)


class Device:
    """Holding registers that do what a test wants: give, or fail in some way at some step."""

    def __init__(self, words: dict[int, int], fails: dict[int, tuple[str, int | None]] | None = None) -> None:
        self.words = dict(words)
        self.fails = fails or {}
        self.steps: list[Read | Write] = []

    def run(self, run: Run[object]) -> Run[object]:
        """Do all steps of a run."""
        while (step := run.step) is not None:
            self.steps.append(step)
            run.sent()
            run.heard(self._outcome(step, len(self.steps)))
        return run

    def _outcome(self, step: Read | Write, number: int) -> Outcome:
        kind, code = self.fails.get(number, ("good", None))
        payload = b""
        if kind == "good" and isinstance(step, Write):
            assert isinstance(step.value, int)
            self.words[step.address] = step.value
        elif kind == "good" and isinstance(step, Read):
            payload = self.words[step.address].to_bytes(2, "big")
        return Outcome(1, request_of(step), kind, number, number, number, payload=payload, exception_code=code)  # type: ignore[arg-type]


def paged(*, writes: bool = True) -> tuple[Run[object], Points]:
    """Return the run that reads one point on a page."""
    points = Points([(SPAN, Page(0x0100, 7))])
    return Run(Stepper(iter(points), writes=writes), points), points  # type: ignore[arg-type]


def test_a_page_is_selected_read_and_left_as_it_was() -> None:
    """Nothing is owed, and the values are there."""
    device, (run, points) = Device({0x0100: 3, 0x0200: 42}), paged()
    device.run(run)

    assert device.steps == [
        Read("holding", 0x0100),
        Write(0x0100, 7),
        Read("holding", 0x0200),
        Write(0x0100, 3),
    ]
    assert (run.kind, run.mistake, run.owed, points.payloads) == ("good", "", {}, [b"\x00\x2a"])
    assert run.first is not None
    assert run.last is not None
    assert (run.first.sent_at, run.last.sent_at) == (1, 4)


def test_a_read_that_fails_in_between_leaves_the_page_as_it_was() -> None:
    """The script itself puts it back; a refusal costs its own value only."""
    device, (run, points) = Device({0x0100: 3}, {3: ("exception", 2)}), paged()
    device.run(run)

    assert device.words[0x0100] == 3
    assert (run.kind, run.owed, points.payloads) == ("exception", {}, [None])


def test_what_a_silent_device_cannot_be_told_is_owed() -> None:
    """The read gets no reply, so the write that follows is not even sent."""
    device, (run, _) = Device({0x0100: 3}, {3: ("no_reply", None)}), paged()
    for _ in range(3):
        assert run.step is not None
        device.steps.append(run.step)
        run.sent()
        run.heard(device._outcome(run.step, len(device.steps)))
    assert run.step == Write(0x0100, 3)
    run.sent()
    run.failed("no_reply")

    assert run.step is None
    assert (run.kind, run.owed) == ("no_reply", {PAGE: 3})


def test_a_write_that_is_not_confirmed_is_owed() -> None:
    """The page may be selected and may not be: it is put back in either case."""
    lost, (run, _) = Device({0x0100: 3}, {2: ("no_reply", None), 3: ("port_lost", None)}), paged()
    lost.run(run)
    assert (run.kind, run.owed) == ("port_lost", {PAGE: 3})

    busy, (run, _) = Device({0x0100: 3, 0x0200: 1}, {4: ("exception", 6)}), paged()
    busy.run(run)
    assert run.owed == {PAGE: 3}

    refuses, (run, _) = Device({0x0100: 3, 0x0200: 1}, {4: ("exception", 2)}), paged()
    refuses.run(run)
    assert run.owed == {}


def test_a_script_that_raises_leaves_nothing_behind() -> None:
    """The page that it has selected itself is put back for it, and the mistake is its author's."""

    def broken(points: Points) -> Script:
        (_,) = yield Read("holding", 0x0100)
        yield Write(0x0100, 7)
        yield from points
        raise ZeroDivisionError

    points = Points([(SPAN, None)])
    run = reading(broken(points), points, writes=True)
    Device({0x0100: 3, 0x0200: 1}).run(run)  # type: ignore[arg-type]

    assert (run.kind, run.owed) == ("driver_failed", {PAGE: 3})
    assert run.mistake.startswith("ZeroDivisionError")


def test_what_was_not_read_before_is_a_command_and_never_repeated() -> None:
    """Whatever becomes of it; also when it is read afterwards."""

    def latched(points: Points) -> Script:
        yield Write(0x0100, 1)
        yield Read("holding", 0x0100)
        yield from points

    for fails in ({1: ("no_reply", None)}, {3: ("no_reply", None)}):
        points = Points([(SPAN, None)])
        run = reading(latched(points), points, writes=True)
        Device({0x0100: 0}, fails).run(run)  # type: ignore[arg-type]
        assert (run.kind, run.owed) == ("no_reply", {})


def test_a_stopped_run_reads_nothing_and_puts_back() -> None:
    """In the middle of a read, and in the middle of the write that selects."""
    for after in (2, 1):
        device, (run, _) = Device({0x0100: 3}), paged()
        for _ in range(after):
            assert run.step is not None
            device.steps.append(run.step)
            run.sent()
            run.heard(device._outcome(run.step, len(device.steps)))
        run.sent()
        run.stop()
        before = len(device.steps)
        device.run(run)

        assert device.steps[before:] == [Write(0x0100, 3)]
        assert (device.words[0x0100], run.owed) == (3, {})


def test_a_script_that_does_not_want_to_stop_is_left() -> None:
    """It has its last steps, reads count as well, and what it owes is known."""

    def stubborn(points: Points) -> Script:
        yield from on_page(Page(0x0100, 7), endless(points))

    def endless(_: Points) -> Script:
        while True:
            try:
                yield Read("holding", 0x0200)
            except Exception:  # noqa: BLE001 - that is the point
                continue

    points = Points([(SPAN, None)])
    run = reading(stubborn(points), points, writes=True)
    device = Device({0x0100: 3, 0x0200: 1})
    for _ in range(3):
        assert run.step is not None
        device.steps.append(run.step)
        run.sent()
        run.heard(device._outcome(run.step, len(device.steps)))
    run.stop()

    assert run.step is None
    assert run.owed == {PAGE: 3}


def test_writes_that_the_site_does_not_allow_are_the_drivers_mistake() -> None:
    """Nothing was written, so nothing is owed, whether it is known before or said by the bus."""
    device, (run, _) = Device({0x0100: 3}), paged(writes=False)
    device.run(run)
    assert (run.kind, run.owed) == ("driver_failed", {})
    assert "needs `allow_writes: true`" in run.mistake

    run, _ = paged()
    run.sent()
    run.heard(Device({0x0100: 3})._outcome(Read("holding", 0x0100), 1))
    while run.step is not None:
        run.sent()
        run.failed(NOT_ALLOWED)
    assert (run.kind, run.owed) == ("driver_failed", {})


def test_a_script_must_read_its_points() -> None:
    """One that forgets them has made a mistake; one whose device refused them has not."""

    def forgetful(_: Points) -> Script:
        yield Read("holding", 0x0100)

    points = Points([(SPAN, None)])
    run = reading(forgetful(points), points, writes=False)
    Device({0x0100: 3}).run(run)  # type: ignore[arg-type]

    assert run.kind == "driver_failed"
    assert "yield from points" in run.mistake


def test_what_is_found_out_is_the_result() -> None:
    """A run that has no points is good when it returns."""

    class Other(Driver, table="holding"):
        """Anything."""

        name = "test.other"
        kind = "kind"
        it = u16(0, vendor_specific=True)

    def finds() -> object:
        yield Read("holding", 0x0100)
        return Other

    run = Run(Stepper(finds()))  # type: ignore[arg-type]
    Device({0x0100: 3}).run(run)

    assert (run.kind, run.result) == ("good", Other)
