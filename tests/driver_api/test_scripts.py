"""What a table cannot say: in what order to ask, on which page, and which device this is."""

# ruff: noqa: E501 - one mistake and what is said about it stand in one line

from typing import Any

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    DefinitionError,
    Discovery,
    Driver,
    Page,
    Points,
    Proof,
    Read,
    Reply,
    Script,
    Write,
    discover,
    f32,
    i16,
    scale_factor,
    script,
    string,
    sum_of,
    sunspec_models,
    u16,
    u32,
    variants_by,
)
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing import Registers

HOLDING = Table.HOLDING


class Latching(Driver, table="holding"):
    """Copies its measurements when it is told to; has pages."""

    name = "test.latching"
    kind = "energy_meter"

    active_power_demand = u16(0x2002, "W", group="slow")
    voltage_thd_l1 = u16(0x0020, "%", scale=0.1, page=(0x0100, 1))
    voltage_thd_l2 = u16(0x0020, "%", scale=0.1, page=(0x0100, 2))
    frequency = u16(0x0000, "Hz", scale=0.01)

    @script(group="slow", writes=True)
    def latched(self, points: Points) -> Script:
        """Latch, then read."""
        yield Write(0x2000, 1)
        yield from points


def test_a_script_reads_the_points_of_its_group() -> None:
    """In the order that it says, with the reads that were planned."""
    device = Registers({0x2000: 0, 0x2002: 2345})
    points = Points([(Span(HOLDING, 0x2002, 1), None)])

    stepper = device.run(Latching.reading("slow", points))

    assert device.seen == [Write(0x2000, 1), Read("holding", 0x2002, 1)]
    assert points.payloads == [b"\x09\x29"]
    assert (stepper.failure, stepper.error) == (None, None)


def blocks(*pages: int | None) -> list[tuple[Span, Page | None]]:
    """Return a block for each page; without one it is the frequency."""
    return [
        (Span(HOLDING, 0x0020, 1), Page(0x0100, page)) if page else (Span(HOLDING, 0x0000, 1), None) for page in pages
    ]


def test_a_page_is_selected_and_left_as_it_was_found() -> None:
    """Each point is decoded from its own page, though they share an address."""
    device = Registers({0: 5000, 0x20: 0, 0x100: 7})
    points = Points(blocks(None, 1, 2))

    device.run(Latching.reading("normal", points))

    page_1 = [Read("holding", 0x100), Write(0x100, 1), Read("holding", 0x20), Write(0x100, 7)]
    page_2 = [Read("holding", 0x100), Write(0x100, 2), Read("holding", 0x20), Write(0x100, 7)]
    assert device.seen == [Read("holding", 0), *page_1, *page_2]
    assert device.words[0x100] == 7
    thd = [Latching.voltage_thd_l1, Latching.voltage_thd_l2]
    spans, pages = [span for span, _ in blocks(1, 2)], [page for _, page in blocks(1, 2)]
    assert Decoder(thd, spans, pages=pages)([b"\0\x0a", b"\0\x14"]).values == (1.0, 2.0)


def test_a_page_that_is_selected_already_is_not_written() -> None:
    """Some devices keep it in a memory that wears out."""
    device = Registers({0x20: 5, 0x100: 1})
    device.run(Latching.reading("normal", Points(blocks(1))))

    assert device.seen == [Read("holding", 0x100), Read("holding", 0x20)]


def test_blocks_of_one_page_share_its_selection() -> None:
    """Two writes for all of them."""
    device = Registers({0x20: 5, 0x100: 0})
    points = Points([*blocks(1), *blocks(1)])
    device.run(Latching.reading("normal", points))

    assert [type(step) for step in device.seen] == [Read, Write, Read, Read, Write]
    assert points.payloads == [b"\0\5", b"\0\5"]


def test_a_page_is_left_as_it_was_found_when_a_read_fails() -> None:
    """No reply ends the poll, and still the register is put back."""
    device = Registers({0: 5000, 0x100: 7}, silent=(0x20,))
    points = Points(blocks(1, None))

    stepper = device.run(Latching.reading("normal", points))

    assert device.words[0x100] == 7
    assert device.seen[-1] == Write(0x100, 7)
    assert stepper.failure is not None
    assert stepper.failure.reason == "no_reply"
    assert points.payloads == [None, None]


def test_a_block_that_is_refused_does_not_keep_the_others_from_being_read() -> None:
    """The device is there; only this it has not got."""
    device = Registers({0: 5000, 0x100: 7})
    points = Points(blocks(1, None))

    stepper = device.run(Latching.reading("normal", points))

    assert points.payloads == [None, b"\x13\x88"]
    assert device.words[0x100] == 7
    assert stepper.failure is None


def test_without_a_script_the_points_are_simply_read() -> None:
    """With the addresses of the wire, and bits as they come."""

    class Bytes(Driver, table="holding", stride=2):
        name = "test.bytes"
        kind = "test"

        voltage = u32(0x1290, "V")

    device = Registers({0x1290: 1, 0x1291: 2})
    points = Points([(Bytes.voltage.span, None)], Bytes.limits.stride)
    device.run(Bytes.reading("normal", points))

    assert device.seen == [Read("holding", 0x1290, 2)]
    coils = Points([(Span(Table.COIL, 0, 10), None)])
    run = iter(coils)
    next(run)
    with pytest.raises(StopIteration):
        run.send(Reply(int(bit) for bit in "1010000001"))
    assert coils.payloads == [b"\x05\x02"]


def test_a_driver_that_writes_says_so() -> None:
    """A site has to allow it: of pages as of scripts."""

    class Reading(Driver, table="input"):
        name = "test.reading"
        kind = "test"

        co2 = u16(0, "ppm")

        @script()
        def fetched(self, points: Points) -> Script:
            yield Read("input", 5)
            yield from points

    class Paged(Driver, table="input"):
        name = "test.paged"
        kind = "test"

        co2 = u16(0, "ppm", page=(1, 1))

    assert (Latching.writes, Reading.writes, Paged.writes) == (True, False, True)


# -- which device this is ----------------------------------------------------------------------------------------------


class V1(Driver, table="input"):
    """The first."""

    name = "test.v1"
    kind = "energy_meter"

    voltage = f32(0, "V")


class V2(V1):
    """The second."""

    name = "test.v2"

    current = f32(2, "A")


class Family(V1):
    """Any of them."""

    name = "test.family"

    _model = u16(0x0010)
    variants = variants_by(_model, {0x0089: V2, 0x0084: V1})


class Named(V1):
    """Any of them, by a text."""

    name = "test.named"

    _model = string(0x0010, 4)
    variants = variants_by(_model, {"SDM": V1, "SDM72": V2})
    identity = {_model: "SDM", "vendor_name": ("Acme", "Apex")}


@pytest.mark.parametrize(
    ("driver", "words", "found"),
    [
        (Family, {0x10: 0x0089}, V2),
        (Family, {0x10: 0x0084}, V1),
        (Family, {0x10: 0x0001}, Family),
        (Family, {}, Family),
        (Named, {0x10: 0x5344, 0x11: 0x4D37, 0x12: 0x3200, 0x13: 0}, V2),
        (Named, {0x10: 0x5344, 0x11: 0x4D31, 0x12: 0x3200, 0x13: 0}, V1),
        (Named, {0x10: 0, 0x11: 0, 0x12: 0, 0x13: 0}, Named),
    ],
)
def test_a_variant_is_chosen_by_what_a_point_says(
    driver: type[Driver], words: dict[int, int], found: type[Driver]
) -> None:
    """A device that says something else, or has no such point, is the driver's own."""
    discovery = driver.discovery()
    assert discovery is not None

    assert Registers(words).run(discovery).result is found


def test_a_silent_device_is_not_taken_for_a_variant() -> None:
    """It is asked again when it is back."""
    discovery = Family.discovery()
    assert discovery is not None
    stepper = Registers({}, silent=(0x10,)).run(discovery)

    assert stepper.result is None
    assert stepper.failure is not None


def test_most_drivers_are_for_one_device() -> None:
    """There is nothing to find out."""
    assert V1.discovery() is None


def test_what_proves_that_a_device_is_the_one() -> None:
    """What a point says, or the device about itself in words."""
    assert Named.proofs == (Proof(Named.made["_model"], ("SDM",)), Proof("vendor_name", ("Acme", "Apex")))  # type: ignore[arg-type]
    assert [Named.proofs[0].holds(said) for said in ("SDM72", "SDM", "XSDM", "", 5)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [Named.proofs[1].holds(said) for said in ("Acme Ltd", "Apex", "Other")] == [True, True, False]


def test_a_derived_driver_proves_itself_by_a_point_of_the_other() -> None:
    """It is meant as it is compiled for this driver, which may have other options."""

    class First(V1):
        """Says what it is."""

        name = "test.first"

        model_id = u32(0x0010, group="once")
        identity = {model_id: 1}

    class Second(First, word_order="little"):
        """The next model, with its words swapped."""

        name = "test.second"

        identity = {First.model_id: range(2, 4)}

    assert First.proofs == (Proof(First.model_id, (1,)),)
    assert Second.proofs == (Proof(Second.model_id, (2, 3)),)
    assert Second.model_id != First.model_id


class Common(Driver, table="holding"):
    """Offsets count from the first register of the model."""

    name = "test.sunspec"
    kind = "inverter"

    manufacturer = string(2, 16, group="once")

    @discover
    def chain(self) -> Discovery:
        """Walk the chain and put together what is there."""
        models = yield from sunspec_models()
        found = Common.at(models[1])
        return found.plus(Inverter.at(models[103])) if 103 in models else found


class Inverter(Driver, table="holding"):
    """Model 103."""

    name = "test.model103"
    kind = "inverter"

    _sf = scale_factor(4)
    current = u16(2, "A", scale=_sf)
    current_l1 = i16(3, "A", scale=[0.5, scale_factor(5)])
    current_sum = sum_of(current, current_l1)


def test_a_chain_of_models_is_walked_and_its_points_are_placed() -> None:
    """Wherever the marker stands; factors, inputs and names come along."""
    words = dict.fromkeys(range(50000, 50200), 0)
    words |= {50000: 0x5375, 50001: 0x6E53, 50002: 1, 50003: 65, 50069: 103, 50070: 50, 50121: 0xFFFF, 50122: 0}
    words |= {50069 + 2: 305, 50069 + 3: 10, 50069 + 4: 0xFFFF, 50069 + 5: 1}
    device = Registers(words)
    discovery = Common.discovery()
    assert discovery is not None

    found = device.run(discovery).result

    assert found is not None
    assert [step.address for step in device.seen] == [40000, 50000, 50002, 50069, 50121]
    assert (found.name, found.kind) == ("test.sunspec", "inverter")
    assert {signal.name for signal in found.signals} == {"manufacturer", "current", "current_l1", "current_sum"}
    assert issubclass(found, Common)
    signals = [signal for signal in found.signals if signal.group == "normal"]
    payload = b"".join(words[address].to_bytes(2, "big") for address in range(50069, 50079))
    values = Decoder(signals, [Span(HOLDING, 50069, 10)])([payload]).values
    assert dict(zip((signal.name for signal in signals), values, strict=True)) == {
        "current": 30.5,
        "current_l1": 50.0,
        "current_sum": 80.5,
    }


@pytest.mark.parametrize(
    ("words", "models"),
    [
        ({}, {}),
        ({0: 0x5375, 1: 0x6E53, 2: 0xFFFF, 3: 0}, {}),
        ({0: 0x5375, 1: 0x6E53, 2: 1, 3: 1, 5: 1, 6: 0, 7: 0xFFFF, 8: 0}, {1: 2}),
        ({40000: 1, 40001: 2, 0: 0x5375, 1: 0x6E53, 2: 7, 3: 0xFFF0}, {7: 2}),
    ],
)
def test_a_chain_ends(words: dict[int, int], models: dict[int, int]) -> None:
    """At its end, or at that of the addresses; the first of two models of one id is the one."""
    assert Registers(words).run(sunspec_models()).result == models


def test_a_chain_without_an_end_is_not_followed_for_ever() -> None:
    """A device may send anything."""
    words = {0: 0x5375, 1: 0x6E53} | dict.fromkeys(range(2, 2000), 0)

    assert Registers(words).run(sunspec_models()).result == {0: 2}


def test_what_is_moved_too_far_is_refused() -> None:
    """A chain may lead anywhere."""
    with pytest.raises(DefinitionError, match="is not an address"):
        Inverter.at(0x10000)


def test_more_points_may_be_added() -> None:
    """Repeating blocks: as many as there are."""
    strings = {f"pv{number}_voltage": u16(0x100 + number, "V") for number in (1, 2, 3)}

    found = Inverter.plus(**strings)

    assert [signal.name for signal in found.signals][-3:] == ["pv1_voltage", "pv2_voltage", "pv3_voltage"]
    assert found.pv2_voltage.address == 0x102  # type: ignore[attr-defined]


def nothing(self: Any, points: Points) -> Any:
    """Yield nothing."""


def steps(self: Any, points: Points) -> Script:
    """Yield something."""
    yield from points


def finding(self: Any) -> Any:
    """Find something."""
    yield Read("holding", 0)


MODEL = u16(9, vendor_specific=True)


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ({"reads": script()(nothing)}, "Made.reads: must be a method with `self` and `points` that yields steps"),
        ({"reads": script()(finding)}, "Made.reads: must be a method with `self` and `points` that yields steps"),
        ({"reads": script("slow")(steps)}, "Made.reads: no point is of group 'slow', so there is nothing to read"),
        ({"reads": script("slwo")(steps)}, "Made.reads: no point can be of group 'slwo', so there is nothing to read"),  # type: ignore[arg-type]
        ({"reads": script()(steps), "again": script()(steps)}, "Made.again: 'reads' reads the points of group 'normal' already"),
        ({"finds": discover(steps)}, "Made.finds: must be a method with `self` that yields steps"),
        ({"finds": discover(finding), "again": discover(finding)}, "Made.again: 'finds' discovers already"),
        ({"discovery": discover(finding)}, "Made.discovery: 'discovery' is a word of every driver and cannot name a script"),
        ({"variants": {5: V1}}, f"Made: variants must be variants_by(...), not {{5: {V1!r}}}"),
        ({"variants": variants_by(u16(9), {5: V1})}, "Made: variants are chosen by a point of this driver"),
        ({"model": MODEL, "variants": variants_by(MODEL, {0.5: V1})}, "Made: variants are for whole numbers or texts, not for 0.5"),  # type: ignore[dict-item]
        ({"model": MODEL, "variants": variants_by(MODEL, {5: "v1"})}, "Made: the variant for 5 must be a driver class, not 'v1'"),  # type: ignore[dict-item]
        ({"identity": 5}, "Made: identity must be a mapping, not 5"),
        ({"identity": {"vendor": "Acme"}}, "Made: identity: 'vendor' is no point of this driver, nor one of vendor_name, product_code, revision, product_name, model_name, server_id"),
        ({"identity": {"vendor_name": 5}}, "Made: identity: 'vendor_name' says a text, not 5"),
        ({"model": MODEL, "identity": {MODEL: "A"}}, "Made: identity: 'model' says a whole number, not 'A'"),
        ({"model": MODEL, "identity": {MODEL: []}}, "Made: identity: 'model' says a whole number, not None"),
    ],
)  # fmt: skip
def test_what_is_wrong(body: dict[str, Any], flaw: str) -> None:
    """Driver, script and rule."""
    with pytest.raises(DefinitionError) as caught:
        type("Made", (Driver,), {"name": "test.made", "kind": "test", "co2": u16(0, "ppm"), **body}, table="input")

    assert str(caught.value) == flaw


def test_a_driver_may_only_discover() -> None:
    """It has no points until it knows what there is; a site may set the intervals of all groups."""
    made: Any = type("Made", (Driver,), {"name": "test.made", "kind": "test", "finds": discover(finding)})

    assert made.signals == ()
    assert set(made.intervals) == {"fast", "normal", "slow", "once"}
