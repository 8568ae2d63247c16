"""What the integration costs, each figure as a ratio to a floor measured at the same moment."""
