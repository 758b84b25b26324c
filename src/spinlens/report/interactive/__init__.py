"""What readers can play with on a page: data for its scripts, embedded once; numbers from the results alone."""
