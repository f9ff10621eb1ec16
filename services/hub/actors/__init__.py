"""Who acts for the agencies: enrolling them, and showing what they decided."""
