"""Looks at a running agent from outside: asks its API for the status, and makes the picture of it that is drawn."""
