"""Tables of the pages, made while these are built, from what is committed in validation/ and tests/data, and from the code."""
