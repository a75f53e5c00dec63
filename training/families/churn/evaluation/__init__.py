"""What a training says of its model beyond the ladder: grade, money, slices, age and when."""
