"""What the task is: pairing, counting, judging; a file a layer."""
