"""Articles as they were found, and the documents made of them."""
