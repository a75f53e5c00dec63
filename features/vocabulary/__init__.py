"""The words all other rooms use: time, months, the raw tables, what is protected, faults and progress."""
