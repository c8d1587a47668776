"""What an unknown cdr.txt tells of its site: the work of `swyx-cdr inspect`."""
