"""Points of any type, order and scale, and the values that each of them can hold."""

from typing import Any, get_args

from hypothesis import strategies as st

from rtu_agent.domain.registers import Table, WordOrder
from rtu_agent.driver_api.codec import (
    BitCodec,
    Codec,
    FloatCodec,
    TextCodec,
    TypeName,
    WholeCodec,
    codec,
)
from rtu_agent.driver_api.point import Point

ORDERS: st.SearchStrategy[WordOrder] = st.sampled_from(("big", "little"))
DECIMALS = st.decimals(min_value="-9999", max_value="9999", places=4).map(float)
SCALES = st.one_of(st.just(1), st.sampled_from((10, 0.1, 0.01, 1e-3, -1, -0.1, 3600, 0.005, 100 / 0x3FFF)), DECIMALS)
OFFSETS = st.one_of(st.just(0), st.sampled_from((-100, 0.5, 273.15)), DECIMALS)
WORDS = {"bits": (1, 2, 4), "enum": (1, 2, 4), "bcd": (1, 2, 3, 4), "decimal": (1, 2, 3, 4), "string": range(1, 9)}
MASKED = ("u16", "i16", "u32", "i32", "u64", "i64", "bits", "enum")
SIGNED = ("i16", "i32", "i64", "bcd")


@st.composite
def codecs(draw: st.DrawFn, types: tuple[TypeName, ...] = get_args(TypeName)) -> Codec:
    """Draw a way of writing a value down."""
    type_name = draw(st.sampled_from(types))
    words = draw(st.sampled_from(WORDS.get(type_name, (1,))))
    said: dict[str, Any] = {}
    if type_name in MASKED and draw(st.booleans()):
        bits = 16 * codec(type_name, words).items
        width = draw(st.integers(2, bits))
        said["mask"] = ((1 << width) - 1) << draw(st.integers(0, bits - width))
    if type_name in SIGNED:
        said["sign_bit"] = draw(st.booleans())
    said |= {"digits": draw(st.integers(1, 4)), "one_per_word": draw(st.booleans())}
    return codec(type_name, words, draw(ORDERS), draw(ORDERS), **said)


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
        case WholeCodec():
            return st.integers(*form.range)
        case FloatCodec():
            return st.floats(width=32 if form.items == 2 else 64, allow_nan=False, allow_infinity=False)
        case TextCodec():
            return st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), max_size=form.longest)
