"""A model on disk: sealed, signed, proven, admitted."""
