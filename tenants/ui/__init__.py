"""What templates need on every page of every place: dates in words, icons, marks of people and fields."""
