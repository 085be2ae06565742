"""The parts of a comparison's report, one file each."""
