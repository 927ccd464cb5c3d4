"""The dashboards as Python: `panels` has the words, `fleet` and `device` say one board each with them."""
