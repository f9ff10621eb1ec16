"""The whole hub in one process, in an order and with misfortunes that a seed decides."""
