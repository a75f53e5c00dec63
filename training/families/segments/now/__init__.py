"""What segments say of today: who belongs where, what sets them apart, who moved."""
