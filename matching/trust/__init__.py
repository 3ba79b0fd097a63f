"""How much of a match would stand if the scores were somewhat different."""
