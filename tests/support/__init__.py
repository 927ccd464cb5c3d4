"""Helpers that several rooms' tests share, one idea per module."""
