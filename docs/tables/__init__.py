"""Tables of the pages, made while these are built, from the code and from what is committed in validation/."""
