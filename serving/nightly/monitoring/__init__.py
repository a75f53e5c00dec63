"""One week of a company looked at: its inputs and scores beside the weeks before, its feeds, and how good the model is."""
