"""What drivers may import is a promise: it changes on purpose or not at all."""

from rtu_agent import driver_api

PROMISED = [
    *("Boundary", "DefinitionError", "Derived", "Driver", "Factor", "Limits", "MapError", "Page", "Point", "Serial"),
    *("Signal", "bcd", "bit", "bits", "decimal", "decimal_places", "derived", "enum", "f32", "f64", "hookimpl"),
    *("i16", "i32", "i64", "load_register_map", "multiplier", "product_of", "ref", "scale_factor", "signed_by"),
    *("string", "sum_of", "u16", "u32", "u64"),
]


def test_the_public_names() -> None:
    """Nothing more, nothing less."""
    assert driver_api.__all__ == PROMISED
    assert all(hasattr(driver_api, name) for name in PROMISED)


def test_the_words_of_an_author_explain_themselves() -> None:
    """`help(u16)` says what it is."""
    assert all(getattr(driver_api, name).__doc__ for name in PROMISED if name != "hookimpl")
