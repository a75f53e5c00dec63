"""What customers would take next: repeats that are due and items that fit their taste, with the arithmetic.

==================  =======================================================================
sold, bought        what a company sold to whom, and what each customer kept of it
owned               the distinct items of each customer
catalogue           the items there are
recommender         the promise of every model: scores from purchases, and reasons that sum to them
popularity,
personal            what everybody buys, and what the customer bought before
item_kernel         what one item says for another: every linear model ends here
neighbours, ease,
spectral, kernels   what teaches a kernel, and which there are to choose from
factors             implicit ALS with regularisation by frequency
next_basket         TIFU-KNN: in the ladder alone, for its neighbours are customers
item_facts,
pair_features       what is known of an item, and of a customer and an item
pair_walk, pairs    candidates with those features, in one compiled walk
ranker              the trees that weigh them, and how likely an order is
ranking, ladder     figures of lists, and every way to recommend on one past day
learned, recipe     from purchases to a model in use
bundle              the model on disk
words, report       sentences, and the card
==================  =======================================================================
"""
