"""The pipeline: pure domain, Faust agents that call it, and the command line that wires everything."""
