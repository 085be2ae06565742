"""The document after checking: relations in order, what is set aside, what is learned, what is materialised."""
