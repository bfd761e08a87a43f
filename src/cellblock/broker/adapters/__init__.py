"""One file for each ctx namespace; each is named by ``compose`` and by nothing else."""
