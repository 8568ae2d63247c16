"""Laws that hold whenever things have settled, whatever happened: by random search, and over a long run."""
