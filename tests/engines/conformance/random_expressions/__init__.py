"""Random expressions: in primitives, and as a user writes them."""
