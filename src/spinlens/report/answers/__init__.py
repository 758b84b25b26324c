"""What a page says first: a question or a title, the answer in words, the numbers that carry it."""
