"""Writing files and folders so that kills do no harm."""
