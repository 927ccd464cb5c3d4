"""Modbus RTU without input or output: bytes and the time go in, bytes, deadlines and events come out."""
