"""What goes wrong on a wire: named faults, a seeded plan that says when they strike, and the wire that suffers them."""
