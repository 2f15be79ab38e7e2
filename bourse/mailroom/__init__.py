"""Letters: every mail is a row before it is a message, and the worker carries it."""
