"""What comes in: files, the CSV dialect, the grammar of numbers and times, and the record of a row set aside."""
