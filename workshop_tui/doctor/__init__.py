"""What is right and wrong with this machine, this terminal and this installation: checks that only look."""
