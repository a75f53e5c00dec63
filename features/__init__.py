"""Raw tables → contracts → sorted store → behaviour vectors.

``tables`` declares the raw tables, ``sources`` and ``contracts`` bring a company's own files into that
shape, ``store`` keeps them sorted, ``behaviour`` declares the features, ``plan`` compiles them and
``vectors`` computes them. ``vocabulary`` holds the time arithmetic and ``errors`` the wording of faults.
"""
