"""What drivers may import is a promise: it changes on purpose or not at all."""

from rtu_agent import driver_api

PROMISED = [
    *("Boundary", "Declared", "DefinitionError", "Derived", "Discovery", "Driver", "Factor", "Limits", "MapError"),
    *("Page", "Point", "Points", "Proof", "Read", "Reply", "Script", "ScriptError", "Serial", "Signal", "StepFailed"),
    *("Stepper", "Write", "bcd", "bit", "bits", "decimal", "decimal_places", "derived", "discover", "enum", "f32"),
    *("f64", "hookimpl", "i16", "i32", "i64", "load_register_map", "multiplier", "product_of", "ref", "scale_factor"),
    *("script", "signed_by", "string", "sum_of", "sunspec_models", "u16", "u32", "u64", "variants_by"),
]


def test_the_public_names() -> None:
    """Nothing more, nothing less."""
    assert driver_api.__all__ == PROMISED
    assert all(hasattr(driver_api, name) for name in PROMISED)


def test_the_words_of_an_author_explain_themselves() -> None:
    """`help(u16)` says what it is; names for types have no help of their own."""
    without = ("hookimpl", "Discovery", "Script")
    assert all(getattr(driver_api, name).__doc__ for name in PROMISED if name not in without)
