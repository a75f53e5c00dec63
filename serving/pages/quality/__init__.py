"""The page that answers whether the scores can be trusted."""
