"""devices.yaml → a frozen `Site`: strict YAML, models, cross references, and one report of all mistakes.

`load` reads the file; `entries` is the file's own shape and `model` what the rest of the agent is given.
"""
