# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# timeout: 20
# idea: compile one pattern whose parsed form is a hundred times its text
import re


def tick(ctx):
    print(re.compile("a.[b-d]" * 2_000_000).groups)
