"""Text that tries to get out of its place."""

from hypothesis import strategies as st

TEXTS = {
    "ANSI": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "C1": "\x9b31m\x85next",
    "a second line": "SN1 power_w=1\nenergy_meter,device=EVIL power_w=999 1\r\n",
    "controls": "tab\tbell\x07back\x08\x08\x08del\x7f",
    "NUL": "\0hidden\0",
    "bidi": "\u202egnp.exe\u2066 \u200f",
    "separators": "a\u2028b\u2029c\u00a0d",
    "invisible": "\ufeffa\u200bb\u00adc\U000e0041",
    "lone surrogates": "\ud800a\udc80",
    "markup": "[red]r[/red][/] [link=http://x]y[/link]",
    "exposition": '"} 1\nrtu_agent_evil{x="',
    "JSON": '"}{"event":"evil"}\\',
    "syntax": "\\, = \" ' # \\",
    "64 KB": "x" * 65536,
}
"""By what they try."""

WITNESS = "EVIL"
"""Stands where a text would become a series of its own."""

ANY = st.text(alphabet=st.characters()) | st.sampled_from(sorted(TEXTS.values()))
"""Any text, lone surrogates among them."""


class MuteError(Exception):
    """An exception that raises when it is asked what it is."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__
