"""Which rules the hub decides by, whom others would affect, and adopting them."""
