"""Points of any type, order and scale, and the values that each of them can hold."""

from typing import Any, get_args

from hypothesis import strategies as st

from rtu_agent.domain.registers import Table, WordOrder
from rtu_agent.driver_api.codec import BcdCodec, BitCodec, Codec, FloatCodec, IntegerCodec, TextCodec, TypeName, codec
from rtu_agent.driver_api.point import Point

ORDERS: st.SearchStrategy[WordOrder] = st.sampled_from(("big", "little"))
DECIMALS = st.decimals(min_value="-9999", max_value="9999", places=4).map(float)
SCALES = st.one_of(st.just(1), st.sampled_from((10, 0.1, 0.01, 1e-3, -1, -0.1, 3600, 0.005, 100 / 0x3FFF)), DECIMALS)
OFFSETS = st.one_of(st.just(0), st.sampled_from((-100, 0.5, 273.15)), DECIMALS)
WORDS = {"bits": (1, 2, 4), "enum": (1, 2, 4), "bcd": (1, 2, 3, 4), "string": range(1, 9)}


@st.composite
def codecs(draw: st.DrawFn, types: tuple[TypeName, ...] = get_args(TypeName)) -> Codec:
    """Draw a way of writing a value down."""
    type_name = draw(st.sampled_from(types))
    return codec(type_name, draw(st.sampled_from(WORDS.get(type_name, (1,)))), draw(ORDERS), draw(ORDERS))


@st.composite
def points(draw: st.DrawFn, name: str = "made_up", address: int = 0) -> Point:
    """Draw a vendor-specific point."""
    form = draw(codecs())
    table = Table.COIL if isinstance(form, BitCodec) else Table.INPUT
    is_number = form.type not in ("bits", "enum", "string", "bit")
    said: dict[str, Any] = {}
    if is_number:
        said = {
            "scale": draw(SCALES.filter(bool)),
            "offset": draw(OFFSETS),
            "unit": draw(st.sampled_from(("1", "V", "°C"))),
        }
    return Point(name, table, address, form, vendor_specific=True, **said)


def raws(form: Codec) -> st.SearchStrategy[Any]:
    """Return what can be on the wire for a codec: every number, text or bit that it can hold."""
    match form:
        case BitCodec():
            return st.booleans()
        case IntegerCodec() | BcdCodec():
            return st.integers(*form.range)
        case FloatCodec():
            return st.floats(width=32 if form.items == 2 else 64, allow_nan=False, allow_infinity=False)
        case TextCodec():
            return st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), max_size=2 * form.items)
