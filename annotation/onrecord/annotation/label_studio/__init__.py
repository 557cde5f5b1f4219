"""What speaks with Label Studio: the server, its projects, and labels in its terms."""
