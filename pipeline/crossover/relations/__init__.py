"""What a plan is made of: about twelve relations, their schemas, and what can be done to them without data."""
