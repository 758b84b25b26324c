"""The report of a study: figures, tables, verdicts and one self-contained page. No physics is computed here."""
