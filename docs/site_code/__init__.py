"""What the site is made from beside its pages: names that become links, and pages that are written from the code."""
