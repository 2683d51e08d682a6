"""Finding products by words: what is kept of them, the words a shop knows, what somebody means, and the log of it."""
