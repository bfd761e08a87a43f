# expect: timeout
# full: timeout
# idea: strip trailing spaces with a pattern that is quadratic in a text without any
# source: Stack Exchange outage of 2016
import re


def tick(ctx):
    print(len(re.sub(r"\s+$", "", " " * 400_000 + "x")))
