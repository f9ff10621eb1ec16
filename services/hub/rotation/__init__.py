"""`hub secrets`: passwords, certificates and the authority renewed while everybody works."""
