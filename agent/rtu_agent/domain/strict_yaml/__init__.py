"""Strict YAML with positions, in steps: text → events → tree; what each plain word means; syntax errors in words.

Use it through `rtu_agent.domain.document`.
"""
