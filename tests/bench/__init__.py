"""What the hub costs, beside the barest loop that does like work on the same broker (`make bench`).

Nothing is asserted: the machine decides the figures, and only ratios within one run mean anything.
"""
