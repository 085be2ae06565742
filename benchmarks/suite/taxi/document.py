"""What the document of taxi says, for all programs."""

from __future__ import annotations

NUMBERS = ("miles", "minutes", "mph", "fare", "fare_per_mile")
CATEGORIES = ("vendor", "passengers", "rate", "hour", "weekday", "pickup_borough", "dropoff_borough")
KEEP = ("pickup_at", "dropoff_at", "pickup_zone", "dropoff_zone")
AIRPORTS = (1, 132, 138)
FIRST_DAY, LAST_DAY, TEST_FROM = "2018-01-01", "2019-12-31", "2019-10-01"
L2, MIN_ROWS, GENEROUS = 0.0001, 100, 0.25
