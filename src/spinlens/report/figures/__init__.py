"""One file a figure; each has `draw(…) -> Figure` for one panel and `illustration(results, data)` for all of them."""
