"""The shape of devices.yaml: what may stand where, and what it means. The JSON Schema is made from these models.

Nothing in here knows drivers or outputs; `crossref` compares the entries with them and with each other.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from rtu_agent.config.deadband import Band
from rtu_agent.config.names import Name, NameTemplate, TagKey, TagValue
from rtu_agent.config.ports import Port, misfit
from rtu_agent.config.sentences import NO_VALUE, shown
from rtu_agent.config.units import Units
from rtu_agent.domain.baudrate import BAUDRATES, baudrate_objection
from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.size import Bytes

DEFAULT_STATE: Final = Path("state")
DEFAULT_LISTEN: Final = "127.0.0.1:9485"

SMALLEST_SPOOL: Final = 1024**2

LONGEST_DELAY_S: Final = 0.1
"""The kernel cuts longer ones: Linux, serial_core.c, RS485_MAX_RTS_DELAY."""


def _check_baudrate(baudrate: int) -> int:
    if objection := baudrate_objection(baudrate):
        raise ValueError(objection)
    return baudrate


Baudrate = Annotated[int, AfterValidator(_check_baudrate), WithJsonSchema({"type": "integer", "enum": list(BAUDRATES)})]

GroupName = Literal["fast", "normal", "slow"]
"""The groups of points that have an interval; `once` is read at start only."""


class Entry(BaseModel):
    """A mapping of the file: frozen, strict, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _has_value(cls, value: Any, info: ValidationInfo) -> Any:
        """A key without a value is a line that somebody has not finished."""
        if value is None and info.field_name != "outputs":
            raise ValueError(NO_VALUE)
        return value


def _check_delay(seconds: float) -> float:
    if seconds > LONGEST_DELAY_S or abs(seconds * 1000 - round(seconds * 1000)) > 1e-6:  # noqa: PLR2004 - what floats lose
        raise ValueError("the kernel takes whole milliseconds, 100ms at most")
    return seconds


Delay = Annotated[Seconds, AfterValidator(_check_delay)]


class Rs485Entry(Entry):
    """The RS485 mode of the kernel's serial driver: RTS switches the transmitter of a built-in port."""

    rts_on_send: Annotated[
        bool, Field(description="Level of RTS while sending; it has the other one while receiving.")
    ] = True
    delay_before: Annotated[
        Delay | None, Field(description="From switching RTS to the first character; none by default.", examples=["1ms"])
    ] = None
    delay_after: Annotated[
        Delay | None, Field(description="From the last character to switching back; none by default.", examples=["1ms"])
    ] = None
    rx_during_tx: Annotated[bool, Field(description="Whether the port hears what it sends itself.")] = False


class BusEntry(Entry):
    """One RS485 segment: how it is reached and the serial settings that all its devices share."""

    port: Annotated[
        Port,
        Field(
            description=(
                "How the bus is reached: the path of a device file, best one below /dev/serial/by-id; COMn; "
                "rtu+tcp://host:port for RTU behind a serial gateway; tcp://host:port for Modbus TCP."
            ),
            examples=[
                "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10K5ZQ3-if00-port0",
                "COM3",
                "rtu+tcp://10.0.0.5:4001",
                "tcp://10.0.0.7:502",
            ],
        ),
    ]
    baudrate: Annotated[Baudrate, Field(description="Bits per second.", examples=[9600, 19200])] = 9600
    parity: Annotated[Literal["none", "even", "odd"], Field(description="Parity bit of each character.")] = "none"
    stop_bits: Annotated[Literal[1, 2], Field(description="Stop bits of each character; data bits are always 8.")] = 1
    timeout: Annotated[
        Seconds,
        Field(
            description="How long a device may take to begin its reply.",
            examples=["500ms", "1s"],
            json_schema_extra={"default": "500ms"},
        ),
    ] = 0.5
    rs485: Annotated[
        Rs485Entry | None,
        Field(
            description="Lets the kernel switch the direction of a built-in port; {} for the usual settings. Adapters "
            "for USB do it themselves.",
            examples=[{"delay_before": "1ms"}],
        ),
    ] = None
    backend: Annotated[
        Literal["auto", "loop", "thread"],
        Field(description="Who waits for a serial port: the event loop, or a thread (always so on Windows)."),
    ] = "auto"

    @field_validator("baudrate", "parity", "stop_bits", "rs485", "backend")
    @classmethod
    def _fits_the_port(cls, value: Any, info: ValidationInfo) -> Any:
        """A key that does nothing is a mistake of whoever wrote it."""
        if (port := info.data.get("port")) and (reason := misfit(str(info.field_name), port)):
            raise ValueError(reason)
        return value


class ReportEntry(Entry):
    """What is stored of a device that does not need every record: those that say something new."""

    deadband: Annotated[
        dict[str, Band],
        Field(
            description="By how much a point, or all points of a quantity, may change and say nothing new: in the unit "
            "that is stored, or a part of the value. Goes before the driver's; without either every change is news.",
            examples=[{"voltage": 0.5, "active_power": "2%"}],
        ),
    ] = {}
    heartbeat: Annotated[
        Seconds,
        Field(
            description="After this time a record is stored even if it says nothing new.",
            examples=["5m", "1h"],
            json_schema_extra={"default": "5m"},
        ),
    ] = 300.0


class DeviceEntry(Entry):
    """One device, or several of one kind on one bus."""

    name: Annotated[
        NameTemplate,
        Field(
            description="Name of the device, unique in the site; with several units it contains {unit}.",
            examples=["main-meter", "feeder-{unit}"],
        ),
    ]
    bus: Annotated[str, Field(description="Name of the bus that the device is on.", examples=["floor1"])]
    unit: Annotated[
        Units,
        Field(
            description="Unit (slave address) 1 to 247; a range or a list makes one device of each.",
            examples=[1, "2-16", [2, "5-7"]],
        ),
    ]
    driver: Annotated[
        str,
        Field(
            min_length=1,
            description="Name of an installed driver, or path of a register map (.yaml) relative to this file.",
            examples=["eastron.sdm630", "./maps/acme-th1.yaml"],
        ),
    ]
    interval: Annotated[
        Seconds | None,
        Field(
            description="Time between two polls of the groups 'fast' and 'normal'; 'slow' keeps the driver's.",
            examples=["1s", "5s"],
        ),
    ] = None
    groups: Annotated[
        dict[GroupName, Seconds],
        Field(
            description="Time between two polls of single groups; goes before 'interval'.", examples=[{"slow": "5m"}]
        ),
    ] = {}
    tags: Annotated[
        dict[TagKey, TagValue],
        Field(description="Stored with every record of the device.", examples=[{"room": "mdf"}]),
    ] = {}
    report: Annotated[
        ReportEntry | None,
        Field(
            description="Stores only records that say something new; {} for the driver's deadbands. Without it all.",
            examples=[{"deadband": {"voltage": 0.5}, "heartbeat": "5m"}],
        ),
    ] = None
    allow_writes: Annotated[
        bool,
        Field(description="Whether requests that write may be sent to the device; otherwise they are refused."),
    ] = False


def _check_listen(listen: Any) -> str:
    host, _, port = listen.rpartition(":") if isinstance(listen, str) else ("", "", "")
    bare_ipv6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not host or bare_ipv6 or not (port.isascii() and port.isdigit()) or int(port) > 0xFFFF:  # noqa: PLR2004 - 16 bits
        raise ValueError(f"{shown(listen)} is not an address; write host:port, such as {DEFAULT_LISTEN} or [::1]:9485")
    return str(listen)


class HttpEntry(Entry):
    """The HTTP server of the agent: status page, API and metrics."""

    listen: Annotated[
        str,
        BeforeValidator(_check_listen),
        Field(description="Address to listen on, host:port; port 0 takes a free one.", examples=[DEFAULT_LISTEN]),
    ] = DEFAULT_LISTEN
    web_config: Annotated[
        Path | None,
        Field(
            description="File with the certificate and the users, as Prometheus has it; relative to this file.",
            examples=["web.yml"],
        ),
    ] = None
    insecure: Annotated[
        bool, Field(description="Whether others than this machine may read everything without TLS or a password.")
    ] = False


def _check_room(size: int) -> int:
    if size < SMALLEST_SPOOL:
        raise ValueError("the spool needs 1MiB at least; what is collected in a second must fit into it")
    return size


class SpoolEntry(Entry):
    """What waits on disk for network outputs; beyond these limits the oldest records go, counted."""

    max: Annotated[
        Bytes,
        AfterValidator(_check_room),
        Field(
            description="How much line protocol it holds; its files may take some 50 MB more.",
            examples=["64MiB", "2GiB"],
            json_schema_extra={"default": "2GiB"},
        ),
    ] = 2 * 1024**3
    keep: Annotated[
        Seconds,
        Field(
            description="How long records wait at most.", examples=["7d", "30d"], json_schema_extra={"default": "30d"}
        ),
    ] = 30 * 86_400.0


class SiteEntry(Entry):
    """A site: its buses, the devices on them and where their records go."""

    # Single buses, devices and outputs are read one by one, so that a mistake in one of them hides nothing in the
    # others. Their types here are for the JSON Schema.

    version: Annotated[Literal[1], Field(description="Version of this file format.")]
    site: Annotated[Name, Field(description="Name of the site; a tag of every record.", examples=["plant-a"])]
    buses: Annotated[dict[Name, SkipValidation[BusEntry]], Field(min_length=1, description="The RS485 buses by name.")]
    devices: Annotated[
        list[SkipValidation[DeviceEntry]], Field(min_length=1, description="The devices, each or many of a kind.")
    ]
    outputs: Annotated[
        dict[Name, Any] | None,
        Field(description="Where records go, by name; 'type' defaults to the name. Without any: one sqlite."),
    ] = None
    http: Annotated[HttpEntry, Field(description="The HTTP server of the agent.")] = HttpEntry()
    spool: Annotated[SpoolEntry, Field(description="What waits on disk for network outputs.")] = SpoolEntry()
    state: Annotated[
        Path, Field(description="Directory of the spool, relative to this file.", examples=[str(DEFAULT_STATE)])
    ] = DEFAULT_STATE
