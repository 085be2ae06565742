"""What Spark Connect cannot do: the JVM behind a session, and RDDs. Nothing outside this folder touches them."""
