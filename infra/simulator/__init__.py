"""Simulated, linked SwyxWare sites: their cdr.txt files, the configuration for them and the truth beside them."""
