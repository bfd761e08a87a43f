# expect: done | crash
# idea: compile patterns nested ten thousand groups and look-aheads deep
import re


def tick(ctx):
    for opening in ("(", "(?:", "(?=", "(?!", "(?P<name>", "[", "(?i:", "x{1,2}(?>"):
        try:
            print(opening, re.compile(opening * 10_000 + "x" + ")" * 10_000).groups)
        except Exception as error:
            print(opening, type(error).__name__)
