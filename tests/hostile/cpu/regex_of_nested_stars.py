# expect: timeout
# full: timeout
# idea: match a pattern whose nested repetition tries exponentially many splits
import re


def tick(ctx):
    print(re.match(r"(?:(?:x|xx)+)+$", "x" * 60 + "y"))
