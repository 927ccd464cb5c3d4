"""From the bytes of a poll to canonical values, and why a value is not there."""
