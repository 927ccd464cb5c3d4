"""Looks at a site and at the machine that it runs on, and says what is wrong and how to mend it.

Each check is a module with one function `examine`, which gives findings: about a machine (`Machine`), or about a site
on a machine (`Case`). What reads the system and what judges stand apart in it: `look` gives facts, `judge` makes
findings of them and of nothing else. Nothing is written, no port is opened, and nobody is waited for longer than a few
seconds.
"""
