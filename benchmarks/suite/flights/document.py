"""What the document of flights says, for all programs."""

from __future__ import annotations

IMPUTED = ("distance", "direct_km", "eastward", "age", "seats", "temp", "wind_speed", "precip", "visib")
DELAYS = ("previous_delay", "airport_delay")
CATEGORIES = ("carrier", "origin", "hour", "weekday", "month")
KEY = ("year", "month", "day", "carrier", "flight", "origin")
KEEP = (*KEY, "airline", "dest", "departs_at")
LATE_AFTER, L2, SMOOTH, FOLDS, MIN_ROWS = 15, 0.0001, 100, 5, 50
EARTH_KM = 6371.0088
