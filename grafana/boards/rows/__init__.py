"""The rows of the fleet's board, one a module. They are data, so they are constants."""
