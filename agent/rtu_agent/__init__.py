"""A Modbus RTU polling agent with plugin drivers."""
