"""A package, unlike its neighbours, so that it is found before `bench/dashboard.py`."""
